"""The servers a benchmark runs on, and processes of ours on them: real ones, all on this machine's loopback."""

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from bench.rig.usage import Meter
from chassis.settings import ServiceSettings
from chassis.testing_tokens import TokenIssuer
from stack import gateways
from stack.backing import Backing, backing
from stack.child import Child
from stack.keys import keep_secrets
from stack.layout import ROOT, Layout, Ports, url
from stack.options import Options
from stack.ports import free_port
from stack.server import Server
from stack.services import Surroundings
from stack.wire import http_answers
from subgraphs.loyalty.settings import Settings

S = TypeVar("S", bound=ServiceSettings)

GATEWAYS = ("local gateway", "Apollo Router", "Hive Router")
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Machine:
    """PostgreSQL, Valkey and the broker, running; what else a benchmark starts knows them from its environment."""

    layout: Layout
    backing: Backing
    tokens: TokenIssuer
    meter: Meter = field(default_factory=Meter)

    @property
    def environment(self) -> dict[str, str]:
        tokens = {"JWKS_URL": self.tokens.jwks_url, "REVOCATIONS_URL": self.tokens.revocations_url}
        return {**os.environ, **self.backing.environment(), **tokens, "LOG_LEVEL": "WARNING", "HOST": HOST}

    @property
    def settings(self) -> Settings:
        return self.settings_of(Settings)

    def settings_of(self, kind: type[S]) -> S:
        return kind(**{name: value for name, value in self._lowered() if name in kind.model_fields})

    @contextmanager
    def apis(self, module: str, many: int, **told: str) -> Iterator[list[str]]:
        """Processes that answer GraphQL, as host:port each."""
        with ExitStack() as started:
            ports = [free_port() for _ in range(many)]
            for port in ports:
                started.enter_context(self._process("APIs", module, port, "/healthz", {"PORT": str(port), **told}))
            yield [f"{HOST}:{port}" for port in ports]

    @contextmanager
    def worker(self, module: str = "subgraphs.loyalty.worker", **told: str) -> Iterator[None]:
        port = free_port()
        with self._process("worker", module, port, "/readyz", {"METRICS_PORT": str(port), **told}):
            yield

    @contextmanager
    def gateway(self, name: str, loyalty: str) -> Iterator[str]:
        """One of GATEWAYS in front of that API, as host:port. StackError where its binary is missing."""
        apis = {**self.layout.ports.apis, "loyalty": int(loyalty.rpartition(":")[2])}
        around = replace(self._surroundings(), layout=replace(self.layout, ports=replace(Ports.free(), apis=apis)))
        with self.running("gateway", _in_front(name, around)) as server:
            yield f"{HOST}:{server.port}"

    def _surroundings(self) -> Surroundings:
        return Surroundings(self.layout, self.backing, keep_secrets(self.layout.secrets), os.environ)

    @contextmanager
    def _process(self, name: str, module: str, port: int, ready: str, told: dict[str, str]) -> Iterator[None]:
        child = Child(
            name=f"{name} ({module})",
            arguments=[sys.executable, "-m", module],
            log=self.layout.log(module),
            environment={**self.environment, **told},
            folder=ROOT,
        )
        answers = f"{url(port)}{ready}"
        with self.running(name, Server(child.name, port, url(port), child, lambda: http_answers(answers))):
            yield

    @contextmanager
    def running(self, name: str, server: Server) -> Iterator[Server]:
        with server, self.meter.watching(name, server.child.pid):
            yield server

    def _lowered(self) -> Sequence[tuple[str, str]]:
        return [(name.lower(), value) for name, value in self.environment.items()]


@contextmanager
def machine() -> Iterator[Machine]:
    """Embedded servers, each replaced by the one the environment names."""
    with ExitStack() as started:
        folder = Path(started.enter_context(tempfile.TemporaryDirectory()))
        layout = Layout(home=folder, ports=Ports.free())
        behind = backing(layout, Options.read(os.environ))
        running = Machine(layout, behind, started.enter_context(TokenIssuer()))
        for server in behind.embedded:
            started.enter_context(running.running(server.name, server))
        yield running


def _in_front(name: str, around: Surroundings) -> Server:
    """Ready as soon as it listens: the other subgraphs are not there."""
    if name == "local gateway":
        server = gateways.entrance(around, routers=False)
        return replace(server, answers=lambda: http_answers(f"{server.url}/healthz"))
    wanted = f"{name}, public"
    return next(each for each in gateways.routers(around) if each.name == wanted)
