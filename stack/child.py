"""One child process: started with a log of its own, stopped politely or killed, never outliving its parent."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import psutil

from stack.errors import StackError
from stack.privileges import Account, become, die_with_parent


class Process(Protocol):
    """What is asked of a process; `subprocess.Popen` is one."""

    @property
    def pid(self) -> int: ...
    @property
    def returncode(self) -> int | None: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, number: int) -> None: ...


def spawn(child: "Child") -> Process:
    """Start a program."""
    parent = os.getpid()

    def prepare() -> None:
        if child.account:
            become(child.account)
        die_with_parent(parent, child.stop_signal)

    with child.log.open("ab") as log:
        return subprocess.Popen(
            child.arguments,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=child.environment,
            cwd=child.folder,
            # A group of its own: Ctrl-C at the terminal must reach the parent alone, which stops
            # its children in their right order.
            process_group=0,
            # What it calls is loaded already and takes no lock, so other threads don't matter.
            preexec_fn=prepare,  # noqa: PLW1509
        )


@dataclass
class Child:
    """What to run and, once started, the process that runs it."""

    name: str
    arguments: Sequence[str]
    log: Path
    environment: Mapping[str, str] | None = None
    """The whole environment; None passes this process's own on."""
    folder: Path | None = None
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    start_with: Callable[["Child"], Process] = spawn
    _process: Process | None = field(default=None, init=False)
    _asked: Process | None = field(default=None, init=False)

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process and self.is_running() else None

    def is_running(self) -> bool:
        """Tell whether the process lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def was_started(self) -> bool:
        """Tell whether there ever was a process, dead or alive."""
        return self._process is not None

    def launch(self) -> None:
        """Start the process; what it then does is its own affair."""
        if self.is_running():
            raise StackError(f"{self.name} is running already (pid {self.pid})")
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._process = self.start_with(self)

    def ensure_running(self) -> None:
        """Raise what there is to say about a process that has ended by itself."""
        if not self.is_running():
            raise StackError(self.epitaph())

    def epitaph(self) -> str:
        """Say in one line how the process ended and where its log is."""
        code = self._process.returncode if self._process else None
        how = "was not started" if code is None else _how_it_ended(code)
        last = _last_line(self.log)
        return f"{self.name} {how}; its log is {self.log}" + (f' and ends with "{last}"' if last else "")

    async def finish(self) -> None:
        """Wait for a process that ends by itself, and raise what there is to say about one that failed."""
        try:
            while self.is_running():  # noqa: ASYNC110 - the end of a process is nobody's event
                await asyncio.sleep(0.05)
        except asyncio.CancelledError:
            self.kill()
            raise
        if self._process is None or self._process.returncode:
            raise StackError(self.epitaph())

    def ask_to_stop(self) -> None:
        """Send the process its stop signal, once: what it does on the way out is not to be interrupted."""
        if self._process and self.is_running() and self._asked is not self._process:
            self._asked = self._process
            self._process.send_signal(self.stop_signal)

    def stop(self, grace: float = 25) -> None:
        """Ask the process to end, and kill it with all its descendants when the grace (seconds) is over.

        Services take up to 20 seconds for what they have begun.
        """
        self.ask_to_stop()
        if self._process:
            try:
                self._process.wait(grace)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """End the process and its descendants at once, as a crash would."""
        if self._process and self.is_running():
            family = _family_of(self._process.pid)
            for member in family:
                _kill(member)
            self._process.wait()
            _await_end_of(family)


def _family_of(pid: int) -> list[psutil.Process]:
    try:
        leader = psutil.Process(pid)
        return [leader, *leader.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.NoSuchProcess:  # it ended between the listing and now, which is what was wanted
        return


def _await_end_of(family: list[psutil.Process], timeout: float = 10) -> None:
    deadline = time.monotonic() + timeout
    while any(_lives(member) for member in family) and time.monotonic() < deadline:
        time.sleep(0.005)


def _lives(process: psutil.Process) -> bool:
    """Orphans are somebody else's to bury: a zombie holds nothing any more."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _how_it_ended(code: int) -> str:
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"stopped by itself with exit code {code}"


def _last_line(log: Path, at_most: int = 160) -> str:
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 4096))
        lines = file.read().decode(errors="replace").strip().splitlines()
    return lines[-1].strip()[:at_most] if lines else ""
