"""`python -m stack.run loyalty check_points`: a command of a subgraph, in the surroundings of the stack's services.

The servers it speaks to must be up: those of `make up`, or those that DATABASE_URL, REDIS_URL and KAFKA_BOOTSTRAP name.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence

from stack.errors import StackError
from stack.layout import ROOT, SUBGRAPHS, Layout, Ports
from stack.options import Options
from stack.progress import Progress
from stack.services import Surroundings


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit as the command does."""
    parser = argparse.ArgumentParser(prog="python -m stack.run", description=__doc__)
    parser.add_argument("subgraph", choices=SUBGRAPHS)
    parser.add_argument("command", help="one of its modules: check_points, create_person, worker, …")
    parser.add_argument("words", nargs=argparse.REMAINDER, help="the command's own arguments")
    asked = parser.parse_args(arguments)
    try:
        layout = Layout(ports=Ports.read(os.environ))
    except StackError as error:
        Progress().fail(str(error))
        return 1
    around = Surroundings.of(layout, Options.read(os.environ), os.environ)
    command = [sys.executable, "-m", f"subgraphs.{asked.subgraph}.{asked.command}", *asked.words]
    return subprocess.run(command, cwd=ROOT, env=around.environment(asked.subgraph), check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
