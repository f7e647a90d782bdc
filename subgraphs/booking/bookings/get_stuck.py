"""Get stuck: a step of a booking does not get through by itself, and a person has to look."""

from collections.abc import Collection
from uuid import UUID

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.cache import Cache

from . import store
from .flow import is_waited_for
from .nudge import nudge_watchers
from .tables import Booking

logger = structlog.get_logger(__name__)

STEP = "booking.stuck"


async def get_stuck(session: AsyncSession, cache: Cache, booking_id: UUID, words: Collection[str], why: str) -> None:
    """`words` are asks or signals; what the booking does not wait for, or no more, is no reason to be stuck."""
    booking = await store.lock_booking(session, booking_id)
    stick(session, cache, booking, words, why)


def stick(session: AsyncSession, cache: Cache, booking: Booking, words: Collection[str], why: str) -> None:
    """The caller has the booking's lock."""
    news = [word for word in words if is_waited_for(booking, word) and word not in booking.stuck_on]
    if not news:
        return
    booking.stuck_on = [*booking.stuck_on, *news]
    booking.stuck_since = booking.stuck_since or clock.now()
    said = ", ".join(news)
    store.add_step(session, booking, STEP, f"{said}: {why}")
    booking.version += 1
    nudge_watchers(session, cache, booking)
    logger.warning("booking_stuck", booking_id=str(booking.id), stage=booking.stage, on=said, why=why)
