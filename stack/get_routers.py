"""`make routers`: get Apollo Router and Hive Router, from the nearest place that has them.

A binary that a variable names, that is in .local/bin or on the PATH is taken as it is; else the official release
is downloaded, and where that can't be had (no release for this machine, no way to it) cargo builds it.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import httpx

from stack.errors import StackError
from stack.layout import Layout
from stack.programs import APOLLO_ROUTER, HIVE_ROUTER, Program
from stack.progress import Progress


def main() -> int:
    """Exit with 0 when both are there."""
    progress = Progress()
    folder = Layout().programs
    try:
        for program in (APOLLO_ROUTER, HIVE_ROUTER):
            found = program.find(folder, os.environ) or _get(program, folder, progress)
            progress.tell(f"{program.name}: {found}")
    except StackError as error:
        progress.fail(str(error))
        return 1
    return 0


def _get(program: Program, folder: Path, progress: Progress) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    wanted = folder / program.name
    try:
        _download(program, wanted, progress)
    except (httpx.HTTPError, StackError) as error:
        progress.tell(f"{program.name}: no download ({error})")
        _build(program, wanted, progress)
    return wanted


def _download(program: Program, wanted: Path, progress: Progress) -> None:
    address = program.download_address()
    if address is None:
        raise StackError("there is no release for this machine")
    progress.tell(f"Downloading {address}")
    with tempfile.TemporaryDirectory(dir=wanted.parent) as scratch:
        received = Path(scratch) / "received"
        with httpx.stream("GET", address, follow_redirects=True, timeout=60) as answer, received.open("wb") as out:
            answer.raise_for_status()
            for chunk in answer.iter_bytes():
                out.write(chunk)
        binary = _unpack(received, program) if address.endswith(".tar.gz") else received
        binary.chmod(0o755)
        binary.rename(wanted)


def _unpack(archive: Path, program: Program) -> Path:
    unpacked = archive.with_name("unpacked")
    with tarfile.open(archive) as opened:
        member = next((entry for entry in opened if Path(entry.name).name == program.also_called), None)
        content = opened.extractfile(member) if member else None
        if content is None:
            raise StackError(f"{archive.name} holds no {program.also_called}")
        with unpacked.open("wb") as out:
            shutil.copyfileobj(content, out)
    return unpacked


def _build(program: Program, wanted: Path, progress: Progress) -> None:
    cargo = shutil.which("cargo")
    if cargo is None:
        raise StackError(f"{program.name} could not be downloaded, and there is no cargo to build it")
    progress.tell(f"Building {program.name} {program.version} with cargo: this takes a quarter of an hour")
    with tempfile.TemporaryDirectory(dir=wanted.parent) as root:
        words = ["install", program.crate, "--locked", "--version", program.version, *program.cargo_options]
        built = subprocess.run([cargo, *words, "--root", root], check=False)
        binaries = list(Path(root, "bin").glob("*"))
        if built.returncode or not binaries:
            raise StackError(f"cargo could not build {program.name}: what it said is above")
        binaries[0].rename(wanted)


if __name__ == "__main__":
    sys.exit(main())
