"""What is said on the command line: every word is explained, has a variable, and nothing starts by a word unknown."""

from pathlib import Path

import pytest

from stack import down, up
from stack.arguments import ENTRANCE, STACK, read_arguments
from stack.demo import __main__ as demo
from stack.layout import ROOT, Layout, Ports
from stack.options import Options
from stack.rush import __main__ as rush

COMMANDS = [up.main, demo.main, down.main, rush.main]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_said_and_nothing_starts(command: object, capsys: pytest.CaptureFixture[str]) -> None:
    assert callable(command)
    with pytest.raises(SystemExit) as ended:
        command(["--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("usage: python -m stack")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("word", ["start", "--frech", "--fres"])
def test_a_word_nobody_knows_is_refused_and_nothing_starts(
    command: object, word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert callable(command)
    with pytest.raises(SystemExit) as ended:
        command([word])
    assert ended.value.code == 2
    assert f"unrecognized arguments: {word}" in capsys.readouterr().err


def test_each_word_is_explained_with_its_variable_there_and_in_the_documents(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        up.main(["--help"])
    said, documented = capsys.readouterr().out, (ROOT / "docs" / "operations.md").read_text()
    for word in STACK:
        assert word.flag in said
        assert word.variable in said
        assert word.variable in documented


def test_a_flag_says_what_a_variable_says_and_has_the_last_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTRANCE_PORT", "5000")
    monkeypatch.setenv("ROUTERS", "1")
    arguments = ["--fresh", "--entrance-port", "5001", "--mailbox-port=5002", "--redis-url", "redis://cache:6379/0"]
    asked = read_arguments("python -m stack", None, arguments, STACK)
    options = Options.read(asked)
    assert (options.fresh, options.routers, options.kafka, options.redis_url) == (
        True,
        True,
        False,
        "redis://cache:6379/0",
    )
    ports = Ports.read(asked)
    assert (ports.entrance, ports.mailbox, ports.portone) == (5001, 5002, Ports().portone)
    assert Layout(ports=ports).entrance_url == "http://127.0.0.1:5001"
    assert Ports.read(read_arguments("python -m stack.rush", None, [], [ENTRANCE])).entrance == 5000


def test_nothing_said_is_the_usual_ports() -> None:
    assert Ports.read({"ENTRANCE_PORT": "", "PATH": "/bin"}) == Ports()


@pytest.mark.parametrize("port", ["x", "0", "65536", "-1", "4e3", "٤٠٠٠"])
def test_what_is_no_port_is_said_in_one_line(port: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert up.main([f"--mailbox-port={port}"]) == 1
    assert capsys.readouterr().err.strip() == f"✗ MAILBOX_PORT must be a port, 1 to 65535, and is {port!r}"
