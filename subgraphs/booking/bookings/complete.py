"""Complete a booking whose guest has left."""

from datetime import date
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.cache import Cache

from . import store
from .advance import advance_booking
from .flow import Signal
from .tables import Stage


async def complete_booking(session: AsyncSession, cache: Cache, booking_id: UUID, today: date) -> Stage | None:
    """Where the booking went; None when another worker has it or it is not over yet."""
    booking = await store.lock_stayed_booking(session, booking_id, today)
    if booking is None:
        return None
    await advance_booking(session, cache, booking, Signal.STAY_OVER)
    return booking.stage
