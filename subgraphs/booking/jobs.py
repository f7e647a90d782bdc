"""What booking does by the clock: due times that passed, stays that are over, and questions nobody has answered.

Any number of workers may do this at the same time: each booking is taken up in a transaction of its own, by whoever
gets its row lock, and one that fails is reported and keeps nobody else waiting.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.cache import Cache
from chassis.database import Database
from chassis.outages import is_outage

from .bookings import store
from .bookings.ask_again import ask_again
from .bookings.complete import complete_booking
from .bookings.expire import expire_booking
from .settings import Settings

logger = structlog.get_logger(__name__)


async def expire_due(database: Database, cache: Cache, settings: Settings) -> None:
    """Take up the bookings that were not paid in time."""
    now = clock.now()
    async with database.reading() as session:
        due = await store.due_bookings(session, now, settings.sweep_batch)
    await _each(database, "booking_due", due, lambda session, booking: expire_booking(session, cache, booking, now))


async def complete_stayed(database: Database, cache: Cache, settings: Settings) -> None:
    """Take up the bookings whose guest left yesterday or before."""
    today = clock.today(settings.time_zone)
    async with database.reading() as session:
        stayed = await store.stayed_bookings(session, today, settings.sweep_batch)
    await _each(
        database, "booking_stayed", stayed, lambda session, booking: complete_booking(session, cache, booking, today)
    )


async def ask_silent_again(database: Database, settings: Settings) -> None:
    """Take up the bookings that wait for an answer."""
    now, wait = clock.now(), settings.ask_again_after
    async with database.reading() as session:
        silent = await store.silent_bookings(session, now, wait, settings.sweep_batch)
    await _each(
        database, "booking_asked_again", silent, lambda session, booking: ask_again(session, booking, now, wait)
    )


async def _each(
    database: Database, said: str, bookings: Sequence[UUID], verb: Callable[[AsyncSession, UUID], Awaitable[Any]]
) -> None:
    for booking_id in bookings:
        try:
            async with database.transaction() as session:
                done = await verb(session, booking_id)
        except Exception as error:
            if is_outage(error):
                raise
            logger.exception("sweep_failed", sweep=said, booking_id=str(booking_id))
        else:
            if done is not None:
                logger.info(said, booking_id=str(booking_id), outcome=done)
