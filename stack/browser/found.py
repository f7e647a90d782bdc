"""Where a Chromium is: one that somebody named, one that is on the PATH, or our own below .local."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from stack.errors import StackError

VARIABLE = "CHROMIUM_BIN"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True)
class Browser:
    program: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    """What it needs beyond the environment of whoever starts it."""


def find_browser(own: Path, environment: Mapping[str, str]) -> Browser | None:
    """Look where the variable says, then on the PATH, then in our own folder."""
    return installed_browser(environment) or _own(own)


def installed_browser(environment: Mapping[str, str]) -> Browser | None:
    """One that this machine has anyway."""
    named = environment.get(VARIABLE)
    if named:
        if not os.access(named, os.X_OK):
            raise StackError(f"{VARIABLE} names {named}, which is not a program")
        return Browser(Path(named))
    path = environment.get("PATH")
    found = (shutil.which(name, path=path) for name in NAMES)
    return next((Browser(Path(each)) for each in found if each and _runs(each)), None)


def own_browser(folder: Path) -> Browser:
    """The one that was unpacked there, on the libraries and the font that came with it."""
    told = {"LD_LIBRARY_PATH": str(folder / "al2023" / "lib"), "FONTCONFIG_PATH": str(folder / "fonts")}
    return Browser(folder / "chromium", told)


def _own(folder: Path) -> Browser | None:
    browser = own_browser(folder)
    return browser if os.access(browser.program, os.X_OK) else None


def _runs(program: str) -> bool:
    """Some distributions put a file there that only says where to get the real one."""
    try:
        return subprocess.run([program, "--version"], capture_output=True, timeout=20, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
