"""A server as a child process: started once it answers, stopped without a trace, killed for crash tests."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from stack.child import Child
from stack.errors import StackError
from stack.ports import ensure_free


@dataclass
class Server:
    """`start` returns when it answers, `stop` leaves no process. Usable as a context manager."""

    name: str
    port: int
    url: str
    """What a client connects to; for a broker `host:port`."""
    child: Child
    answers: Callable[[], bool]
    prepare: Callable[[], None] = lambda: None
    """Makes the data folder ready; does nothing the second time."""
    patience: float = 30
    """Seconds until a server that does not answer is given up."""
    comes_back: bool = False
    """Started again when it dies by itself: nothing that stands on it has to know."""

    @property
    def log(self) -> Path:
        """Where the server writes what happens to it."""
        return self.child.log

    def start(self) -> None:
        """Start the server and wait until it answers; StackError says what went wrong and where the log is."""
        for _ in self.starting():
            time.sleep(0.02)

    def starting(self) -> Iterator[None]:
        """Start the server and look whether it answers, once a step: how long to wait in between is the caller's.

        A server that never answers is killed.
        """
        ensure_free(self.port, self.name)
        self.prepare()
        self.child.launch()
        deadline = time.monotonic() + self.patience
        yield
        while not self.answers():
            self.child.ensure_running()
            if time.monotonic() > deadline:
                self.child.kill()
                raise StackError(f"{self.name} did not answer within {self.patience:.0f} s; its log is {self.log}")
            yield

    def stop(self) -> None:
        """End the server in good order."""
        self.child.stop()

    def kill(self) -> None:
        """End the server at once, as a crash would; `start` brings it back with what it had on disk."""
        self.child.kill()

    def restart(self) -> None:
        """Stop and start again on the same port and data."""
        self.stop()
        self.start()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()
