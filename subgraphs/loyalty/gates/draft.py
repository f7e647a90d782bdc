"""A gate in the making: laid down piece by piece in keys of its own, then put in the old one's place in one step."""

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import TypeVar
from uuid import UUID

from redis.asyncio.client import Pipeline

from chassis.cache import Cache

from ..coupon_events.gate import Keys, library, microseconds, write_acceptance
from ..coupon_events.rules import Acceptance
from ..coupon_events.stream import entry
from ..coupon_events.tables import CouponEvent
from .slots import Slots

Piece = TypeVar("Piece")

# What a rebuilder that died left goes by itself. Each piece renews it.
KEPT = timedelta(hours=1)
AT_ONCE = 1_000
"""Written in pieces that hold up nobody: Redis does one thing at a time, and other events are open."""


class Draft:
    """Of one generation: whoever began it again since has keys of their own."""

    def __init__(self, cache: Cache, coupon_event_id: UUID, generation: int) -> None:
        self._redis = cache.redis
        self._install = library(cache).function("install")
        self._keys = Keys(coupon_event_id)
        self._accepted, self._free, self._entries = (
            f"{key}:{generation}" for key in (self._keys.accepted, self._keys.free, self._keys.entries)
        )
        self._generation = generation
        self._laid = 0
        self._rank = 0

    async def known(self, people: Collection[UUID]) -> set[UUID]:
        """Who of them is laid down already."""
        if not people:
            return set()
        found = await self._redis.hmget(self._accepted, list(map(str, people)))
        return {person for person, value in zip(people, found, strict=True) if value is not None}

    async def lay(self, acceptances: Collection[Acceptance]) -> None:
        """Down as accepted, nobody twice."""
        async for piece, pipeline in self._pieces(acceptances, self._accepted):
            pipeline.hset(self._accepted, mapping={str(each.user_id): write_acceptance(each) for each in piece})
            self._laid += len(piece)
            self._rank = max(self._rank, *(each.rank for each in piece))

    async def enqueue(self, acceptances: Collection[Acceptance]) -> None:
        """To be sent and recorded."""
        in_order = sorted(acceptances, key=lambda each: (each.generation, each.rank))
        async for piece, pipeline in self._pieces(in_order, self._entries):
            for each in piece:
                pipeline.xadd(self._entries, *entry(each))

    async def install(self, event: CouponEvent, slots: Slots, closed_at: datetime | None) -> bool:
        """Put it where the old one was, shut. False where Redis lost something since it was begun."""
        free = 0
        async for piece, pipeline in self._pieces(slots.free(), self._free):
            pipeline.rpush(self._free, *piece)
            free += len(piece)
        times = [microseconds(at) if at else 0 for at in (event.opens_at, event.closes_at, closed_at)]
        keys = [*self._keys.all, self._accepted, self._free, self._entries]
        state = [*times, event.quantity or 0, event.revision, slots.highest, self._rank, self._laid, free]
        return bool(await self._install(keys, [self._generation, *state]))

    async def _pieces(self, whole: Iterable[Piece], key: str) -> AsyncIterator[tuple[Sequence[Piece], Pipeline]]:
        """Each with a pipeline that is sent when the next is asked for."""
        rest = iter(whole)
        while piece := list(islice(rest, AT_ONCE)):
            async with self._redis.pipeline(transaction=False) as pipeline:
                yield piece, pipeline
                pipeline.expire(key, KEPT)
                await pipeline.execute()
