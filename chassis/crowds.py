"""Crowds: however many in this process watch the same thing, it is read once each time, and all of them are told."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, contextmanager
from typing import Generic

from chassis.cache import Cache
from chassis.watch import Comparable, Read, T, Wake, watch_versions


class Crowds(Generic[T]):
    """What waits for a watcher is that there is something newer, never what: a slow one gets the newest and no more."""

    def __init__(self, cache: Cache, *, every: float = 5.0, rest: float = 0.0, wake: Wake[T] | None = None) -> None:
        self._cache, self._every, self._rest, self._wake = cache, every, rest, wake
        self._crowds: dict[str, _Crowd[T]] = {}

    async def watch(self, channel: str, read: Read[T]) -> AsyncIterator[T]:
        """As `chassis.watch.watch`. Whoever watches the same channel reads the same: what is personal is not in it."""
        with self._joined(channel, read) as (crowd, told):
            # Who comes to a crowd reads for themselves: what it saw last may be some seconds old.
            newest = await read() if crowd.newest else None
            if newest is not None:
                yield newest[1]
            while True:
                await told.wait()
                told.clear()
                found = crowd.found()
                if newest is None or found[0] > newest[0]:
                    newest = found
                    yield found[1]

    async def close(self) -> None:
        await asyncio.gather(*(crowd.disperse() for crowd in self._crowds.values()))

    @contextmanager
    def _joined(self, channel: str, read: Read[T]) -> "Iterator[tuple[_Crowd[T], asyncio.Event]]":
        crowd = self._crowds.get(channel)
        if crowd is None or crowd.failure:
            crowd = self._crowds[channel] = _Crowd(
                watch_versions(self._cache, channel, read, every=self._every, rest=self._rest, wake=self._wake)
            )
        told = asyncio.Event()
        crowd.told.add(told)
        try:
            yield crowd, told
        finally:
            crowd.told.discard(told)
            if not crowd.told:
                crowd.following.cancel()
                if self._crowds.get(channel) is crowd:
                    del self._crowds[channel]


class _Crowd(Generic[T]):
    """Those who watch one thing: what it was when it was last seen, and a flag for each of them."""

    def __init__(self, versions: AsyncGenerator[tuple[Comparable, T], None]) -> None:
        self.newest: tuple[Comparable, T] | None = None
        self.failure: Exception | None = None
        self.told: set[asyncio.Event] = set()
        self.following = asyncio.create_task(self._follow(versions))

    def found(self) -> tuple[Comparable, T]:
        """What they were told to look at. Raise what ended it."""
        if self.failure:
            raise self.failure
        if self.newest is None:
            raise LookupError("Nobody is told before there is something to see.")
        return self.newest

    async def disperse(self) -> None:
        self.following.cancel()
        await asyncio.gather(self.following, return_exceptions=True)

    async def _follow(self, versions: AsyncGenerator[tuple[Comparable, T], None]) -> None:
        try:
            async with aclosing(versions) as seen:
                async for self.newest in seen:
                    self._tell()
        except Exception as failure:  # noqa: BLE001 (each of them is given it)
            self.failure = failure
            self._tell()

    def _tell(self) -> None:
        for told in self.told:
            told.set()
