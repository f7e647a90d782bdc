"""One child process: how it is stopped, how it is killed, and what is said of its end."""

import os
import signal
import sys
from pathlib import Path

import psutil
import pytest

from stack.child import Child
from stack.errors import StackError

IMPORTS = "import signal, subprocess, sys\n"
WAIT = "print('up', flush=True); signal.pause()"


def child(tmp_path: Path, program: str) -> Child:
    return Child("worker", [sys.executable, "-c", IMPORTS + program], tmp_path / "logs" / "worker.log")


def launch(started: Child) -> None:
    """Return once it waits."""
    started.launch()
    while "up" not in started.log.read_text():
        started.ensure_running()


def test_a_child_is_asked_to_stop_with_its_signal(tmp_path: Path) -> None:
    polite = child(tmp_path, f"signal.signal(signal.SIGINT, lambda *_: sys.exit(7)); {WAIT}")
    polite.stop_signal = signal.SIGINT
    launch(polite)
    polite.stop()
    assert polite.epitaph().startswith(f"worker stopped by itself with exit code 7; its log is {polite.log}")
    assert polite.pid is None


def test_a_child_that_does_not_listen_is_killed_with_its_descendants_when_the_grace_is_over(tmp_path: Path) -> None:
    deaf = child(
        tmp_path,
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()']); {WAIT}",
    )
    launch(deaf)
    descendants = psutil.Process(deaf.pid).children()
    assert len(descendants) == 1
    deaf.stop(grace=0)
    assert deaf.epitaph().startswith("worker was ended by SIGKILL")
    assert all(not each.is_running() or each.status() == psutil.STATUS_ZOMBIE for each in descendants)


def test_a_child_that_fails_is_named_with_its_log_and_its_last_words(tmp_path: Path) -> None:
    failing = child(tmp_path, "sys.exit('the database is not there')")
    failing.launch()
    while failing.is_running():
        pass
    with pytest.raises(StackError) as dead:
        failing.ensure_running()
    assert str(dead.value) == (
        f'worker stopped by itself with exit code 1; its log is {failing.log} and ends with "the database is not there"'
    )


async def test_a_command_that_succeeds_is_over_and_one_that_fails_is_raised(tmp_path: Path) -> None:
    good, bad = child(tmp_path, ""), child(tmp_path, "sys.exit(3)")
    good.launch()
    await good.finish()
    bad.launch()
    with pytest.raises(StackError, match="worker stopped by itself with exit code 3"):
        await bad.finish()


def test_a_child_that_runs_is_not_started_twice(tmp_path: Path) -> None:
    running = child(tmp_path, WAIT)
    running.launch()
    try:
        first = running.pid
        with pytest.raises(StackError, match="worker is running already"):
            running.launch()
        assert running.pid == first
    finally:
        running.kill()


def test_a_signal_from_the_terminal_does_not_reach_a_child_before_its_parent_says_so(tmp_path: Path) -> None:
    running = child(tmp_path, WAIT)
    launch(running)
    try:
        assert running.pid is not None
        # Ctrl-C goes to the group that is in the foreground of the terminal: the parent's.
        assert os.getpgid(running.pid) == running.pid != os.getpgid(0)
    finally:
        running.kill()
