"""Holding: which queues of the outbox are not to be read now, and until when."""

import asyncio
from collections.abc import Callable, Iterable

from chassis.backoff import Backoff


class Holding:
    """A queue is held while some of it is being sent and, after a failure, until its backoff is over."""

    def __init__(self, released: Callable[[], None]) -> None:
        self.queues: set[str] = set()
        self._released = released
        self._backoffs: dict[str, Backoff] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def hold(self, queues: Iterable[str]) -> None:
        self.queues.update(queues)

    def release(self, queues: Iterable[str]) -> None:
        """It worked: the queues may be read at once."""
        for queue in queues:
            self.queues.discard(queue)
            self._backoffs.pop(queue, None)
        self._released()

    def hold_back(self, queues: Iterable[str]) -> None:
        """It failed: the queues wait, longer each time, then they are read again."""
        for queue in set(queues):
            delay = self._backoffs.setdefault(queue, Backoff(first=0.2, most=10)).delay()
            self._timers[queue] = asyncio.get_running_loop().call_later(delay, self._try_again, queue)

    def clear(self) -> None:
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self.queues.clear()

    def _try_again(self, queue: str) -> None:
        del self._timers[queue]
        self.queues.discard(queue)
        self._released()
