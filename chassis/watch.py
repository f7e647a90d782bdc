"""Watching: the newest state of something, now and whenever it has changed, on whatever process that happened."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from time import monotonic
from typing import Any, Protocol, TypeVar

import structlog

from chassis.cache import Cache
from chassis.outages import is_outage
from chassis.waiting import comes_within

logger = structlog.get_logger(__name__)


class Comparable(Protocol):
    def __gt__(self, other: Any, /) -> bool: ...


T = TypeVar("T")
Read = Callable[[], Awaitable[tuple[Comparable, T] | None]]
Wake = Callable[[T], float | None]


async def watch(
    cache: Cache, channel: str, read: Read[T], *, every: float = 5.0, rest: float = 0.0, wake: Wake[T] | None = None
) -> AsyncIterator[T]:
    """Join `channel`, then yield what `read` gives, and again each time it gives a newer version.

    A nudge says no more than "look": any number of them while nobody looks are one. Should one get lost, the state is
    read every `every` seconds anyway, but never twice within `rest` seconds. `wake` says in how many seconds a state
    changes by itself, which nobody is nudged for.
    """
    async with aclosing(watch_versions(cache, channel, read, every=every, rest=rest, wake=wake)) as versions:
        async for _, state in versions:
            yield state


async def watch_versions(
    cache: Cache, channel: str, read: Read[T], *, every: float, rest: float, wake: Wake[T] | None
) -> AsyncGenerator[tuple[Comparable, T], None]:
    """`watch`, with the version of each state."""
    async with cache.joined(channel) as nudged:
        newest: Comparable | None = None
        while True:
            nudged.clear()
            looked_at = monotonic()
            found = await _look(read, channel, first=newest is None)
            if found is not None and (newest is None or found[0] > newest):
                newest = found[0]
                yield found
            by_itself = wake(found[1]) if wake and found else None
            await comes_within(nudged, every if by_itself is None else min(by_itself, every))
            await asyncio.sleep(looked_at + rest - monotonic())


async def _look(read: Read[T], channel: str, *, first: bool) -> tuple[Comparable, T] | None:
    """Whoever asks first is told that it can't be read; whoever watches already waits until it can be again."""
    try:
        return await read()
    except Exception as error:
        if first or not is_outage(error):
            raise
        logger.warning("state_not_read", channel=channel, error=repr(error))
        return None
