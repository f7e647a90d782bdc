"""`make setup` in a checkout of its own, with programs that only say what they were asked."""

import shutil
import subprocess
from pathlib import Path

import pytest

from stack.layout import ROOT


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for folder in ("stack", "router", "tools"):
        (tmp_path / folder).mkdir()
    shutil.copy(ROOT / "stack" / "setup.sh", tmp_path / "stack")
    (tmp_path / "requirements-dev.txt").write_text("fastapi==1\n")
    (tmp_path / "router" / "package-lock.json").write_text("{}\n")
    return tmp_path


def program(file: Path, script: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return file


def install(checkout: Path) -> Path:
    """A virtual environment whose Python notes what it is asked for; the file it notes it in."""
    asked = checkout / "asked"
    program(checkout / ".venv" / "bin" / "python", f'case "$1" in -c) ;; *) echo "$@" >> {asked};; esac')
    (checkout / "router" / "node_modules").mkdir()
    return asked


def setup(checkout: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(checkout / "stack" / "setup.sh")],
        env={"PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_python_that_is_too_old_is_named_with_what_to_do(checkout: Path) -> None:
    old = program(checkout / "tools" / "python3", 'case "$1" in -c) exit 1;; --version) echo Python 3.9.2;; esac')
    refused = setup(checkout, PYTHON=str(old))
    assert refused.returncode == 1
    assert refused.stderr == (
        f"Python 3.11 or newer is needed; {old} is Python 3.9.2.\n"
        "Install one beside it and name it: make setup PYTHON=python3.12\n"
    )
    assert not (checkout / ".venv").exists()


def test_a_python_without_venv_leaves_nothing_half_made(checkout: Path) -> None:
    bare = program(
        checkout / "tools" / "python3",
        'case "$1" in -c) exit 0;; --version) echo Python 3.11.2;; -m) mkdir -p .venv/bin; exit 1;; esac',
    )
    refused = setup(checkout, PYTHON=str(bare))
    assert refused.returncode == 1
    assert "the package python3-venv is missing" in refused.stderr
    assert not (checkout / ".venv").exists()


def test_what_is_pinned_is_installed_by_its_hashes_once(checkout: Path) -> None:
    asked = install(checkout)
    assert setup(checkout).returncode == 0
    python, npm = asked.read_text().splitlines()
    assert python == "-m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt"
    assert npm.startswith("-m stack.node npm ci ")
    asked.unlink()

    again = setup(checkout)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert not asked.exists()


def test_a_change_of_the_pins_is_installed(checkout: Path) -> None:
    asked = install(checkout)
    setup(checkout)
    asked.unlink()
    (checkout / "requirements-dev.txt").write_text("fastapi==2\n")
    assert setup(checkout).returncode == 0
    assert len(asked.read_text().splitlines()) == 1
    asked.unlink()
    (checkout / "router" / "package-lock.json").write_text('{"lockfileVersion": 3}\n')
    assert setup(checkout).returncode == 0
    assert asked.read_text().startswith("-m stack.node npm ci ")


def test_an_installation_that_failed_is_tried_again(checkout: Path) -> None:
    install(checkout)
    program(checkout / ".venv" / "bin" / "python", 'case "$1" in -c) ;; *) exit 1;; esac')
    assert setup(checkout).returncode == 1
    asked = checkout / "asked"
    program(checkout / ".venv" / "bin" / "python", f'case "$1" in -c) ;; *) echo "$@" >> {asked};; esac')
    assert setup(checkout).returncode == 0
    assert asked.read_text().startswith("-m pip install ")
