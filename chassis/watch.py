"""Watching: the newest state of something, now and whenever it has changed, on whatever process that happened."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any, Protocol, TypeVar

import structlog

from chassis.cache import Cache
from chassis.outages import is_outage

logger = structlog.get_logger(__name__)


class Comparable(Protocol):
    def __gt__(self, other: Any, /) -> bool: ...


T = TypeVar("T")
Read = Callable[[], Awaitable[tuple[Comparable, T] | None]]


async def watch(cache: Cache, channel: str, read: Read[T], *, every: float = 5.0) -> AsyncIterator[T]:
    """Join `channel`, then yield what `read` gives, and again each time it gives a newer version.

    A nudge says no more than "look": any number of them while nobody looks are one. Should one get lost, the state is
    read every `every` seconds anyway.
    """
    async with cache.joined(channel) as nudged:
        newest: Comparable | None = None
        while True:
            nudged.clear()
            state = await _look(read, channel, first=newest is None)
            if state is not None and (newest is None or state[0] > newest):
                newest = state[0]
                yield state[1]
            with suppress(TimeoutError):
                await asyncio.wait_for(nudged.wait(), every)


async def _look(read: Read[T], channel: str, *, first: bool) -> tuple[Comparable, T] | None:
    """Whoever asks first is told that it can't be read; whoever watches already waits until it can be again."""
    try:
        return await read()
    except Exception as error:
        if first or not is_outage(error):
            raise
        logger.warning("state_not_read", channel=channel, error=repr(error))
        return None
