"""Processes from the nursery behave as those that were started the usual way."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest

from stack.child import Child
from stack.errors import StackError
from stack.layout import ROOT
from stack.nursery import fork, open_nursery

MODULE = """
import atexit, json, os, signal, sys
print(json.dumps({
    "arguments": sys.argv[1:], "name": __name__, "folder": os.getcwd(), "environment": dict(os.environ),
    "group": os.getpgid(0) == os.getpid(), "library": "strawberry" in sys.modules,
}))
atexit.register(print, "left in good order")
"""


@pytest.fixture(scope="module", autouse=True)
def _nursery() -> None:
    open_nursery()


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    file = tmp_path / "errand.py"
    file.write_text(MODULE)
    return file


def child(tmp_path: Path, *words: str, environment: dict[str, str] | None = None) -> Child:
    arguments = [sys.executable, "-m", "errand", *words]
    return Child("errand", arguments, tmp_path / "log", environment, tmp_path, start_with=fork)


async def test_a_module_runs_as_if_started_by_its_name(module: Path, tmp_path: Path) -> None:
    started = child(tmp_path, "run", "--since", "24h", environment={"PORT": "4101"})
    started.launch()
    await started.finish()
    said, goodbye = (tmp_path / "log").read_text().splitlines()
    assert json.loads(said) == {
        "arguments": ["run", "--since", "24h"],
        "name": "__main__",
        "folder": str(tmp_path),
        "environment": {"PORT": "4101"},
        "group": True,
        "library": True,
    }
    assert goodbye == "left in good order"


async def test_a_module_that_fails_is_named_with_its_code_and_its_log(module: Path, tmp_path: Path) -> None:
    module.write_text("raise SystemExit('no keys')")
    started = child(tmp_path)
    started.launch()
    with pytest.raises(StackError) as failed:
        await started.finish()
    assert str(failed.value) == (
        f'errand stopped by itself with exit code 1; its log is {tmp_path / "log"} and ends with "no keys"'
    )


async def test_a_module_that_cannot_be_imported_leaves_its_reason_in_its_log(module: Path, tmp_path: Path) -> None:
    module.write_text("import no_such_library")
    started = child(tmp_path)
    started.launch()
    with pytest.raises(StackError, match="No module named 'no_such_library'"):
        await started.finish()


async def test_a_module_is_asked_to_stop_and_killed_like_any_process(module: Path, tmp_path: Path) -> None:
    module.write_text("import signal; print('up', flush=True); signal.pause()")
    for end, how in ((Child.stop, "SIGTERM"), (Child.kill, "SIGKILL")):
        started = child(tmp_path)
        started.log.write_text("")
        started.launch()
        while "up" not in started.log.read_text():
            started.ensure_running()
        end(started)
        assert started.epitaph().startswith(f"errand was ended by {how}")


def test_nothing_from_a_nursery_outlives_the_process_that_opened_it(module: Path, tmp_path: Path) -> None:
    module.write_text("import signal; signal.pause()")
    program = textwrap.dedent(
        f"""
        import signal, sys
        from pathlib import Path
        from stack.child import Child
        from stack.nursery import fork
        sys.path.insert(0, {str(tmp_path)!r})
        child = Child("errand", [sys.executable, "-m", "errand"], Path({str(tmp_path / "log")!r}), start_with=fork)
        child.launch()
        print(child.pid, flush=True)
        signal.pause()
        """
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=environment)
    assert parent.stdout is not None
    errand = psutil.Process(int(parent.stdout.readline()))
    family = psutil.Process(parent.pid).children(recursive=True)
    assert errand in family
    parent.kill()
    parent.wait()
    parent.stdout.close()
    psutil.wait_procs(family, timeout=30)
    assert [each for each in family if each.is_running() and each.status() != psutil.STATUS_ZOMBIE] == []
