"""The direction of imports, and that the check of it would notice."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

LINT = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]

PLANTED = {
    "a subgraph imports another": ("subgraphs/loyalty/coupons/rules.py", "import subgraphs.booking.settings"),
    "the chassis imports a subgraph": ("chassis/clock.py", "import subgraphs.loyalty.settings"),
    "a subgraph imports the stack": ("subgraphs/loyalty/settings.py", "import stack.servers"),
    "rules import the store": ("subgraphs/loyalty/coupons/rules.py", "from . import store"),
    "a verb imports Strawberry": ("subgraphs/loyalty/coupons/hold.py", "import strawberry"),
    "pagination imports Strawberry": ("chassis/pagination.py", "import strawberry"),
}


def lint(home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(LINT, cwd=home, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("planted")
    for package in ("chassis", "subgraphs", "stack"):
        shutil.copytree(ROOT / package, home / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", home)
    return home


def test_imports_go_one_way() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("violation", PLANTED)
def test_a_planted_violation_is_found(copy: Path, violation: str) -> None:
    place, line = PLANTED[violation]
    file = copy / place
    clean = file.read_text()
    file.write_text(f"{clean}\n{line}\n")
    try:
        done = lint(copy)
    finally:
        file.write_text(clean)
    assert done.returncode == 1, done.stdout
    assert "BROKEN" in done.stdout


def test_sql_outside_a_store_is_found(tmp_path: Path) -> None:
    verb = ROOT / "subgraphs/loyalty/coupons/planted.py"
    ruff = [str(Path(sys.executable).with_name("ruff")), "check", "--config", str(ROOT / "pyproject.toml")]
    command = [*ruff, "--select", "TID251", "--stdin-filename", str(verb), "-"]
    done = subprocess.run(
        command, input="from sqlmodel import select\n", capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1
    assert "TID251" in done.stdout
