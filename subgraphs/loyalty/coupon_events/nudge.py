"""Tell whoever watches an event or an issuance to look at it again."""

import asyncio
from collections.abc import Iterable
from uuid import UUID

import structlog

from chassis.cache import Cache
from chassis.outages import is_outage

logger = structlog.get_logger(__name__)

# How long what happens to an event is collected before its watchers are told.
PAUSE = 0.1


def channel_of(issuance_id: UUID) -> str:
    return f"coupon-issuance:{issuance_id}"


def channel_of_event(coupon_event_id: UUID) -> str:
    return f"coupon-event:{coupon_event_id}"


async def nudge_watchers(cache: Cache, issuance_ids: Iterable[UUID]) -> None:
    """All in one round trip: hundreds are recorded at once."""
    await cache.nudge(*map(channel_of, issuance_ids))


class EventNudges:
    """An event moves thousands of times a second; its watchers are told ten times, each time after what happened."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._to_tell: set[UUID] = set()
        self._telling: set[asyncio.Task[None]] = set()

    def moved(self, coupon_event_id: UUID) -> None:
        """Tell them soon, once for all that moves until then."""
        if coupon_event_id not in self._to_tell:
            self._to_tell.add(coupon_event_id)
            telling = asyncio.create_task(self._tell_soon(coupon_event_id))
            self._telling.add(telling)
            telling.add_done_callback(self._telling.discard)

    async def all_moved(self, coupon_event_ids: Iterable[UUID]) -> None:
        """To be called after a commit."""
        for coupon_event_id in coupon_event_ids:
            self.moved(coupon_event_id)

    async def tell(self, coupon_event_id: UUID) -> None:
        """Tell them now. With Redis away they are told nothing, and look by themselves every few seconds."""
        try:
            await self._cache.nudge(channel_of_event(coupon_event_id))
        except Exception as error:
            if not is_outage(error):
                raise
            logger.warning("watchers_not_nudged", coupon_event_id=str(coupon_event_id), error=repr(error))

    async def close(self) -> None:
        """Once they are told what is still to be told."""
        await asyncio.gather(*self._telling)

    async def _tell_soon(self, coupon_event_id: UUID) -> None:
        await asyncio.sleep(PAUSE)
        # From here on a move is one more to be told.
        self._to_tell.discard(coupon_event_id)
        await self.tell(coupon_event_id)
