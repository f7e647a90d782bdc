"""Expire a booking whose due time has passed: payment is asked to close, or what is held is let go."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.cache import Cache

from . import store
from .advance import advance_booking
from .flow import Signal
from .tables import Stage


async def expire_booking(session: AsyncSession, cache: Cache, booking_id: UUID, now: datetime) -> Stage | None:
    """Where the booking went; None when another worker has it or it is no longer due."""
    booking = await store.lock_due_booking(session, booking_id, now)
    if booking is None:
        return None
    await advance_booking(session, cache, booking, Signal.DUE_TIME_PASSED)
    return booking.stage
