"""Python processes that begin as copies of one which has imported the libraries already.

Importing them takes most of the start of a service, and the stack starts a dozen: side by side on two cores that is
half a minute. Only what others wrote is imported beforehand, so that a mistake in our own code stops the process it is
in, with its log. What runs is `python -m module` in everything but the time it takes.
"""

import atexit
import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.process import BaseProcess
from pathlib import Path

from stack.child import Child
from stack.privileges import die_with_parent, show_name

LIBRARIES = [
    *("aiokafka", "aiokafka.admin", "alembic.command", "asyncpg", "fastapi", "httpx", "jwt", "prometheus_client"),
    *("opentelemetry.sdk.trace", "opentelemetry.exporter.otlp.proto.http.trace_exporter", "redis.asyncio"),
    *("sqlalchemy.dialects.postgresql.asyncpg", "sqlalchemy.ext.asyncio", "sqlmodel.ext.asyncio.session", "structlog"),
    *("strawberry", "strawberry.federation", "strawberry.http.ides", "strawberry.dataloader"),
    *("uvicorn", "uvicorn.loops.uvloop", "uvicorn.protocols.http.httptools_impl"),
]

_context = multiprocessing.get_context("forkserver")


def open_nursery() -> None:
    """Begin to import the libraries; the first process waits until that is done."""
    _context.set_forkserver_preload(LIBRARIES)
    # Ctrl-C is for the stack to deal with, also while the nursery is importing.
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    forkserver.ensure_running()
    signal.signal(signal.SIGINT, handler)


@dataclass(frozen=True)
class Forked:
    """A process from the nursery, handled as `subprocess.Popen` is."""

    process: BaseProcess

    @property
    def pid(self) -> int:
        return self.process.pid or 0

    @property
    def returncode(self) -> int | None:
        return self.process.exitcode

    def poll(self) -> int | None:
        return self.process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self.process.join(timeout)
        if self.process.exitcode is None:
            raise subprocess.TimeoutExpired(self.process.name, timeout or 0)
        return self.process.exitcode

    def send_signal(self, number: int) -> None:
        try:
            os.kill(self.pid, number)
        except ProcessLookupError:  # it ended, and the nursery has buried it already
            return


@dataclass(frozen=True)
class _Errand:
    """What crosses over to the new process."""

    module: str
    words: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    folder: Path
    stop_signal: signal.Signals


def fork(child: Child) -> Forked:
    """Start a child whose arguments are `python -m module …`."""
    module, *words = child.arguments[2:]
    environment = dict(os.environ if child.environment is None else child.environment)
    errand = _Errand(module, words, environment, child.log, child.folder or Path.cwd(), child.stop_signal)
    process = _context.Process(target=_run, name=child.name, args=(errand,), daemon=True)
    process.start()
    return Forked(process)


def _run(errand: _Errand) -> None:
    os.setpgid(0, 0)
    _write_to(errand.log)
    os.chdir(errand.folder)
    os.environ.clear()
    os.environ.update(errand.environment)
    die_with_parent(os.getppid(), errand.stop_signal)
    threading.Thread(target=_follow_stack, args=(errand.stop_signal,), daemon=True).start()
    show_name(multiprocessing.current_process().name)
    sys.argv = [errand.module, *errand.words]
    try:
        runpy.run_module(errand.module, run_name="__main__", alter_sys=True)
    finally:
        atexit._run_exitfuncs()  # noqa: SLF001 - a process of multiprocessing leaves without them


def _write_to(log: Path) -> None:
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]


def _follow_stack(stop_signal: signal.Signals) -> None:
    """The kernel tells when the nursery is gone; that the stack is, which the nursery waits for, is seen here."""
    stack = multiprocessing.parent_process()
    if stack is not None:
        stack.join()
        os.kill(os.getpid(), stop_signal)
