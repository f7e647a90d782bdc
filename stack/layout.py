"""The map of the local stack: its subgraphs, its ports and its folders, as tests, demo and documents share it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from stack.errors import StackError
from stack.ports import LOOPBACK, free_port

ROOT = Path(__file__).resolve().parents[1]

SUBGRAPHS = ("account", "accommodation", "booking", "payment", "loyalty")
FACES = ("public", "admin")
HIGHEST_PORT = 65535


@dataclass(frozen=True)
class Ports:
    """Where everything listens, on the loopback address only."""

    entrance: int = 4000
    """The one address clients know."""
    apis: dict[str, int] = field(default_factory=lambda: {name: 4101 + at for at, name in enumerate(SUBGRAPHS)})
    workers: dict[str, int] = field(default_factory=lambda: {name: 4201 + at for at, name in enumerate(SUBGRAPHS)})
    """Health and metrics of the workers."""
    portone: int = 4300
    mailbox: int = 4301
    smtp: int = 4302
    postgres: int = 4432
    valkey: int = 4379
    kafka: int = 4092
    apollo: dict[str, int] = field(default_factory=lambda: {"public": 4400, "admin": 4401})
    hive: dict[str, int] = field(default_factory=lambda: {"public": 4410, "admin": 4411})

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """The usual ones, but for those in front that a person has chosen."""
        usual = cls()
        return cls(
            entrance=_chosen(environment, "ENTRANCE_PORT") or usual.entrance,
            portone=_chosen(environment, "PORTONE_PORT") or usual.portone,
            mailbox=_chosen(environment, "MAILBOX_PORT") or usual.mailbox,
        )

    @classmethod
    def free(cls) -> Self:
        """Ports nobody listens on: for a stack beside another, as tests start it."""
        return cls(
            entrance=free_port(),
            apis={name: free_port() for name in SUBGRAPHS},
            workers={name: free_port() for name in SUBGRAPHS},
            portone=free_port(),
            mailbox=free_port(),
            smtp=free_port(),
            postgres=free_port(),
            valkey=free_port(),
            kafka=free_port(),
            apollo={face: free_port() for face in FACES},
            hive={face: free_port() for face in FACES},
        )


@dataclass(frozen=True)
class Layout:
    """One stack: where it keeps its things, and where it listens."""

    home: Path = ROOT / ".local"
    ports: Ports = field(default_factory=Ports)
    tools: Path = ROOT / ".local"
    """What `make routers` and `make kafka` got, for all stacks of the checkout."""

    @property
    def data(self) -> Path:
        """What stays between runs: databases, logs of the broker, payments of the simulator, uploads."""
        return self.home / "data"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    def log(self, name: str) -> Path:
        """The log of one process."""
        return self.logs / f"{name}.log"

    @property
    def secrets(self) -> Path:
        return self.home / "secrets"

    @property
    def programs(self) -> Path:
        """Router binaries."""
        return self.tools / "bin"

    @property
    def jars(self) -> Path:
        """Apache Kafka."""
        return self.tools / "kafka"

    @property
    def browser(self) -> Path:
        """Chromium, for the tests of pages."""
        return self.tools / "chromium"

    @property
    def entrance_url(self) -> str:
        return url(self.ports.entrance)

    @property
    def jwks_url(self) -> str:
        return f"{url(self.ports.apis['account'])}/.well-known/jwks.json"

    @property
    def revocations_url(self) -> str:
        return f"{url(self.ports.apis['account'])}/internal/revocations"


def _chosen(environment: Mapping[str, str], variable: str) -> int | None:
    given = environment.get(variable)
    if not given:
        return None
    if not (given.isascii() and given.isdigit() and 1 <= int(given) <= HIGHEST_PORT):
        raise StackError(f"{variable} must be a port, 1 to {HIGHEST_PORT}, and is {given!r}")
    return int(given)


def url(port: int) -> str:
    """The address of a process of this machine."""
    return f"http://{LOOPBACK}:{port}"
