"""Router binaries: found where they are named, and said what to do where they are not."""

from pathlib import Path

import pytest

from stack.errors import StackError
from stack.programs import APOLLO_ROUTER, HIVE_ROUTER


def program(folder: Path, name: str) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text("#!/bin/sh\n")
    file.chmod(0o755)
    return file


def test_the_variable_comes_before_the_stacks_own_folder_and_that_before_the_path(tmp_path: Path) -> None:
    named = program(tmp_path / "named", "my-router")
    own = program(tmp_path / "own", "apollo-router")
    on_path = program(tmp_path / "path", "router")
    environment = {"APOLLO_ROUTER_BIN": str(named), "PATH": str(tmp_path / "path")}
    assert APOLLO_ROUTER.get(tmp_path / "own", environment) == named
    assert APOLLO_ROUTER.get(tmp_path / "own", {"PATH": environment["PATH"]}) == own
    assert APOLLO_ROUTER.get(tmp_path / "nowhere", {"PATH": environment["PATH"]}) == on_path


def test_a_variable_that_names_no_program_is_said_and_never_ignored(tmp_path: Path) -> None:
    program(tmp_path, "hive-router")
    with pytest.raises(StackError) as refused:
        HIVE_ROUTER.get(tmp_path, {"HIVE_ROUTER_BIN": "/nowhere/hive"})
    assert str(refused.value) == "HIVE_ROUTER_BIN names /nowhere/hive, which is not a program"


def test_a_missing_program_is_one_line_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StackError) as missing:
        HIVE_ROUTER.get(tmp_path, {"PATH": str(tmp_path)})
    assert str(missing.value) == (
        f"hive-router is neither in {tmp_path} nor on the PATH: run `make routers`, or name it in HIVE_ROUTER_BIN"
    )


def test_the_release_for_this_kind_of_machine_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    assert APOLLO_ROUTER.download_address() == (
        "https://github.com/apollographql/router/releases/download/v2.17.0/"
        "router-v2.17.0-x86_64-unknown-linux-gnu.tar.gz"
    )
    assert HIVE_ROUTER.download_address() == (
        "https://github.com/graphql-hive/router/releases/download/hive-router/v0.2.5/hive_router_linux_amd64"
    )


def test_a_machine_without_a_release_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.system", lambda: "Plan9")
    assert APOLLO_ROUTER.download_address() is None
