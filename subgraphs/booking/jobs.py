"""What booking does by the clock: due times that passed, stays that are over, and questions nobody has answered.

Any number of workers may do this at the same time: each booking is taken up in a transaction of its own, by whoever
gets its row lock, which is its lease, and one that fails is stuck, is left alone from then on, and keeps nobody else
waiting.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from random import SystemRandom
from typing import Any
from uuid import UUID

import structlog
from prometheus_client import Gauge
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.cache import Cache
from chassis.database import Database
from chassis.outages import is_outage

from .bookings import store
from .bookings.ask_again import ask_again
from .bookings.complete import complete_booking
from .bookings.expire import expire_booking
from .bookings.flow import Signal
from .bookings.get_stuck import get_stuck
from .bookings.tables import Ask, Stage
from .settings import Settings

logger = structlog.get_logger(__name__)

_CHANCE = SystemRandom()
STUCK = Gauge("bookings_stuck", "Bookings with a step that does not get through by itself.")


async def expire_due(database: Database, cache: Cache, settings: Settings) -> None:
    """Take up the bookings that were not paid in time."""
    now = clock.now()

    async def due(session: AsyncSession) -> Sequence[UUID]:
        return await store.due_bookings(session, now, settings.sweep_batch)

    async def expire(session: AsyncSession, booking_id: UUID) -> Stage | None:
        return await expire_booking(session, cache, booking_id, now)

    await _Sweep("booking_due", [Signal.DUE_TIME_PASSED], due, expire).run(database, cache, settings.sweep_batch)


async def complete_stayed(database: Database, cache: Cache, settings: Settings) -> None:
    """Take up the bookings whose guest left yesterday or before."""
    today = settings.today()

    async def stayed(session: AsyncSession) -> Sequence[UUID]:
        return await store.stayed_bookings(session, today, settings.sweep_batch)

    async def complete(session: AsyncSession, booking_id: UUID) -> Stage | None:
        return await complete_booking(session, cache, booking_id, today)

    await _Sweep("booking_stayed", [Signal.STAY_OVER], stayed, complete).run(database, cache, settings.sweep_batch)


async def ask_silent_again(database: Database, cache: Cache, settings: Settings) -> None:
    """Take up the bookings that wait for an answer."""
    now, wait = clock.now(), settings.ask_again_after

    async def silent(session: AsyncSession) -> Sequence[UUID]:
        return await store.silent_bookings(session, now, wait, settings.sweep_batch)

    async def ask(session: AsyncSession, booking_id: UUID) -> list[Ask] | None:
        return await ask_again(session, cache, booking_id, now, wait, times=settings.ask_again_times)

    await _Sweep("booking_asked_again", list(Ask), silent, ask).run(database, cache, settings.sweep_batch)


async def count_stuck(database: Database) -> None:
    """Measure how many bookings need a person."""
    async with database.reading() as session:
        STUCK.set(await store.count_stuck(session))


@dataclass(frozen=True)
class _Sweep:
    """What is logged of each booking, the words it is stuck on where the verb fails, which are due, and the verb."""

    said: str
    words: Sequence[str]
    due: Callable[[AsyncSession], Awaitable[Sequence[UUID]]]
    verb: Callable[[AsyncSession, UUID], Awaitable[Any]]

    async def run(self, database: Database, cache: Cache, batch: int) -> None:
        """Batch by batch until nothing is due, or others are busy with all that is."""
        progress = True
        while progress:
            async with database.reading() as session:
                due = await self.due(session)
            # In an order of its own: two workers rarely want the same one.
            taken_up = [await self._take_up(each, database, cache) for each in _CHANCE.sample(due, len(due))]
            progress = any(taken_up) and len(due) == batch

    async def _take_up(self, booking_id: UUID, database: Database, cache: Cache) -> bool:
        """Whether it is no longer due; False when another worker has it."""
        try:
            async with database.transaction() as session:
                done = await self.verb(session, booking_id)
        except Exception as error:
            if is_outage(error):
                raise
            logger.exception("sweep_failed", sweep=self.said, booking_id=str(booking_id))
            async with database.transaction() as session:
                await get_stuck(session, cache, booking_id, self.words, f"sweep failed: {type(error).__name__}")
            return True
        if done is None:
            return False
        logger.info(self.said, booking_id=str(booking_id), outcome=done)
        return True
