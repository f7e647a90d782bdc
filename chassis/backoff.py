"""Backoff: how long to wait before trying again, longer each time, never all at the same moment."""

import asyncio
import random


class Backoff:
    """Delays that double from `first` to `most` seconds, each shortened at random by up to a half."""

    def __init__(self, first: float = 0.1, most: float = 30.0) -> None:
        self._first, self._most = first, most
        self._next = first

    def delay(self) -> float:
        """The next delay in seconds."""
        longest, self._next = self._next, min(self._next * 2, self._most)
        return longest * random.uniform(0.5, 1.0)

    async def wait(self) -> None:
        await asyncio.sleep(self.delay())

    def reset(self) -> None:
        """It worked: the next failure starts from the beginning."""
        self._next = self._first
