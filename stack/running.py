"""Which stack runs in a folder: one at a time, and known to whoever wants to stop it."""

import fcntl
import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psutil

from stack.errors import StackError

FILE = "stack.json"


@dataclass
class Record:
    """The processes of the running stack. The lock on its file, not its content, says that there is one."""

    file: IO[str]
    processes: dict[str, tuple[int, float]] = field(default_factory=dict)
    """Name → pid and time of birth: pids are used again, both together are not."""

    def add(self, name: str, pid: int | None) -> None:
        """Note a process that was started, once."""
        if pid is None or self.processes.get(name, (0, 0))[0] == pid:
            return
        self.processes[name] = (pid, psutil.Process(pid).create_time())
        self.file.truncate(0)
        self.file.write(json.dumps(self.processes))
        self.file.flush()


@contextmanager
def recorded(home: Path) -> Iterator[Record]:
    """Be the one stack of this folder; processes that a killed predecessor left are ended first."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / FILE).open("a+") as file:
        if not _try_lock(file):
            raise StackError(f"the stack runs already (pid {_processes(file)['stack'][0]}): `make down` stops it")
        _end(_processes(file))
        record = Record(file)
        record.add("stack", os.getpid())
        try:
            yield record
        finally:
            file.truncate(0)


def stop_running(home: Path, patience: float = 90) -> bool:
    """Stop the stack of this folder and return when all of it is gone; False if there was none."""
    if not (home / FILE).exists():
        return False
    with (home / FILE).open("a+") as file:
        runs = not _try_lock(file)
        if runs:
            pid = _processes(file)["stack"][0]
            os.kill(pid, signal.SIGTERM)
            _await_lock(file, patience, f"the stack (pid {pid}) did not stop within {patience:.0f} s")
        left = _end(_processes(file))
        file.truncate(0)
        return runs or left


def _try_lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _await_lock(file: IO[str], patience: float, complaint: str) -> None:
    deadline = time.monotonic() + patience
    while not _try_lock(file):
        if time.monotonic() > deadline:
            raise StackError(complaint)
        time.sleep(0.1)


def _processes(file: IO[str]) -> dict[str, tuple[int, float]]:
    file.seek(0)
    written = json.loads(file.read() or "{}")
    return {name: (pid, born) for name, (pid, born) in written.items()}


def _end(processes: dict[str, tuple[int, float]], grace: float = 15) -> bool:
    """End what still lives of them, the last started first; tell whether there was anything."""
    living = [found for pid, born in reversed(processes.values()) if (found := _find(pid, born))]
    for process in living:
        process.send_signal(signal.SIGINT if process.name() == "postgres" else signal.SIGTERM)
    _, stubborn = psutil.wait_procs(living, timeout=grace)
    for process in stubborn:
        process.kill()
    return bool(living)


def _find(pid: int, born: float) -> psutil.Process | None:
    try:
        process = psutil.Process(pid)
        return process if abs(process.create_time() - born) < 1 and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.NoSuchProcess:
        return None
