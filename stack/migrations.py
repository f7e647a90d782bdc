"""`make migrate`, `make migration` and the check that migrations equal the tables, on whatever database is at hand.

upgrade   the databases of DATABASE_URL, of the running stack, or else of the stack's own data folder
revision  write the migration of one subgraph that leads to its tables, tried on an empty database
check     fail when the migrations of any subgraph don't lead to its tables, tried on empty databases
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from stack.errors import StackError
from stack.layout import ROOT, SUBGRAPHS, Layout, Ports
from stack.options import Options
from stack.ports import is_free
from stack.progress import Progress
from stack.services import Surroundings


def main(arguments: list[str] | None = None) -> int:
    """Exit as chassis.migrations does."""
    parser = argparse.ArgumentParser(prog="python -m stack.migrations", description=__doc__)
    parser.add_argument("command", choices=["upgrade", "revision", "check"])
    parser.add_argument("--subgraph", choices=SUBGRAPHS, help="default: all of them")
    parser.add_argument("--message", default="change")
    asked = parser.parse_args(arguments)
    if asked.command == "revision" and not asked.subgraph:
        parser.error('name the subgraph: make migration SUBGRAPH=loyalty MESSAGE="add a column"')
    packages = [f"subgraphs.{name}" for name in ([asked.subgraph] if asked.subgraph else SUBGRAPHS)]
    try:
        with at_hand() if asked.command == "upgrade" else empty() as around:
            return _run(around, [asked.command, *packages, "--message", asked.message])
    except StackError as error:
        Progress().fail(str(error))
        return 1


@contextmanager
def at_hand() -> Iterator[Surroundings]:
    """The stack's surroundings with their PostgreSQL up: the one that runs, or one started for the moment."""
    around = Surroundings.of(Layout(), Options.read(os.environ), os.environ)
    postgres = around.backing.postgres
    with postgres if postgres and is_free(postgres.port) else nullcontext():
        yield around


@contextmanager
def empty() -> Iterator[Surroundings]:
    """Surroundings with a PostgreSQL of their own that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="overthere-") as folder:
        around = Surroundings.of(Layout(Path(folder), Ports.free()), Options(), os.environ)
        with around.backing.postgres or nullcontext():
            yield around


def _run(around: Surroundings, words: list[str]) -> int:
    command = [sys.executable, "-m", "chassis.migrations", *words]
    return subprocess.run(command, cwd=ROOT, env=around.environment_of_all(), check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
