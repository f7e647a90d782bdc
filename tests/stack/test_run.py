"""A subgraph's command in the surroundings of the stack: told where everything is, and its exit code passed on."""

from pathlib import Path

import pytest

from stack import run
from stack.layout import Layout


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "Layout", lambda ports: Layout(tmp_path, ports))


def test_the_command_speaks_to_the_servers_of_the_stack_and_its_end_is_passed_on(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://postgres@127.0.0.1:1/postgres")
    assert run.main(["loyalty", "check_points"]) == 1
    assert "127.0.0.1', 1)" in capfd.readouterr().err


def test_the_commands_own_words_reach_it(capfd: pytest.CaptureFixture[str]) -> None:
    assert run.main(["account", "create_person", "--help"]) == 0
    assert "--email" in capfd.readouterr().out


def test_a_subgraph_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run.main(["loyality", "check_points"])
    assert ended.value.code == 2
    assert "invalid choice: 'loyality'" in capsys.readouterr().err
