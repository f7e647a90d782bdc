"""One stack a folder: a second is refused, `make down` stops the first, a killed one's leftovers are ended."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest

from stack.errors import StackError
from stack.layout import ROOT
from stack.running import recorded, stop_running


def run_elsewhere(home: Path, body: str) -> subprocess.Popen[str]:
    """A stack in another process; returns once it has said that it is up."""
    program = textwrap.dedent(
        f"""
        import signal, subprocess, sys
        from pathlib import Path
        from stack.running import recorded
        signal.signal(signal.SIGTERM, lambda *_: sys.exit())
        with recorded(Path({str(home)!r})) as record:
        """
    ) + textwrap.indent(body, "    ")
    return subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=ROOT)


def first_line_of(stack: subprocess.Popen[str]) -> str:
    assert stack.stdout is not None
    return stack.stdout.readline().strip()


def end(stack: subprocess.Popen[str]) -> None:
    stack.wait()
    assert stack.stdout is not None
    stack.stdout.close()


def test_a_second_stack_in_the_same_folder_is_refused_by_the_pid_of_the_first(tmp_path: Path) -> None:
    with recorded(tmp_path), pytest.raises(StackError) as refused, recorded(tmp_path):
        pytest.fail("two stacks ran in one folder")
    assert str(refused.value) == f"the stack runs already (pid {os.getpid()}): `make down` stops it"


def test_stopping_waits_until_the_stack_is_gone(tmp_path: Path) -> None:
    stack = run_elsewhere(tmp_path, "print('up', flush=True); signal.pause()")
    assert first_line_of(stack) == "up"
    assert stop_running(tmp_path)
    end(stack)
    assert stack.returncode == 0
    assert not stop_running(tmp_path)


def test_a_stack_that_was_told_to_stop_leaves_no_record_of_itself(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), recorded(tmp_path):
        raise KeyboardInterrupt
    assert (tmp_path / "stack.json").read_text() == ""


def test_stopping_where_nothing_ever_ran_says_so(tmp_path: Path) -> None:
    assert not stop_running(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def orphan_of_a_killed_stack(home: Path) -> psutil.Process:
    body = textwrap.dedent(
        """
        orphan = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'], stdout=subprocess.DEVNULL)
        record.add('orphan', orphan.pid)
        print(orphan.pid, flush=True)
        signal.pause()
        """
    )
    stack = run_elsewhere(home, body)
    orphan = psutil.Process(int(first_line_of(stack)))
    stack.send_signal(signal.SIGKILL)
    end(stack)
    assert orphan.is_running()
    return orphan


def gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_stopping_ends_what_a_killed_stack_left(tmp_path: Path) -> None:
    orphan = orphan_of_a_killed_stack(tmp_path)
    assert stop_running(tmp_path)
    assert gone(orphan)


def test_the_next_stack_ends_what_a_killed_one_left(tmp_path: Path) -> None:
    orphan = orphan_of_a_killed_stack(tmp_path)
    with recorded(tmp_path):
        assert gone(orphan)


def test_a_pid_that_is_somebody_elses_by_now_is_left_alone(tmp_path: Path) -> None:
    bystander = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
    try:
        (tmp_path / "stack.json").write_text(f'{{"worker": [{bystander.pid}, 1.0]}}')
        assert not stop_running(tmp_path)
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()
