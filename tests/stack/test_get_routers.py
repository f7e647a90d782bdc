"""Getting a router: an archive or a bare program from its official place, else a build, else a clear word."""

import io
import os
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path

import pytest
from rich.console import Console

from stack import get_routers
from stack.errors import StackError
from stack.programs import APOLLO_ROUTER, HIVE_ROUTER, Program
from stack.progress import Progress

SCRIPT = b"#!/bin/sh\necho router\n"
CARGO = """#!/bin/sh
echo "$@" > {said}
for root; do :; done   # --root FOLDER is the last of its words
mkdir -p "$root/bin"
touch "$root/bin/hive_router"
"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing among the tests' own words."""


@pytest.fixture
def release(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder and the address that serves it."""
    folder = tmp_path / "release"
    folder.mkdir()
    with HTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        serving.join()


@pytest.fixture
def progress() -> Progress:
    return Progress(Console(file=io.StringIO()))


def from_address(program: Program, address: str) -> Program:
    machine = os.uname()
    return replace(program, address=address, platforms={(machine.sysname, machine.machine): "here"})


def test_a_program_is_unpacked_from_its_archive(release: tuple[Path, str], tmp_path: Path, progress: Progress) -> None:
    folder, address = release
    with tarfile.open(folder / "router.tar.gz", "w:gz") as archive:
        for name, content in (("dist/LICENSE", b"words"), ("dist/router", SCRIPT)):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    got = get_routers._get(from_address(APOLLO_ROUTER, f"{address}/router.tar.gz"), tmp_path / "bin", progress)
    assert got == tmp_path / "bin" / "apollo-router"
    assert got.read_bytes() == SCRIPT
    assert os.access(got, os.X_OK)
    assert list((tmp_path / "bin").iterdir()) == [got]


def test_a_bare_program_is_taken_as_it_is(release: tuple[Path, str], tmp_path: Path, progress: Progress) -> None:
    folder, address = release
    (folder / "hive_router_here").write_bytes(SCRIPT)
    program = from_address(HIVE_ROUTER, f"{address}/hive_router_{{platform}}")
    got = get_routers._get(program, tmp_path / "bin", progress)
    assert got.read_bytes() == SCRIPT
    assert program.find(tmp_path / "bin", {}) == got


def test_without_a_download_and_without_cargo_it_is_said_and_nothing_is_left(
    release: tuple[Path, str], tmp_path: Path, progress: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StackError) as refused:
        get_routers._get(from_address(HIVE_ROUTER, f"{release[1]}/nothing"), tmp_path / "bin", progress)
    assert str(refused.value) == "hive-router could not be downloaded, and there is no cargo to build it"
    assert list((tmp_path / "bin").iterdir()) == []


def test_without_a_download_cargo_builds_the_pinned_version(
    release: tuple[Path, str], tmp_path: Path, progress: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    said = tmp_path / "said"
    cargo = tools / "cargo"
    cargo.write_text(CARGO.format(said=said))
    cargo.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    got = get_routers._get(from_address(HIVE_ROUTER, f"{release[1]}/nothing"), tmp_path / "bin", progress)
    assert got == tmp_path / "bin" / "hive-router"
    assert said.read_text().startswith("install hive-router --locked --version 0.2.5 --features graphiql --root ")
    assert list((tmp_path / "bin").iterdir()) == [got]
