"""Ask again what nobody has answered: a new message each time, answered with what was decided."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from . import store
from .ask import ask_others
from .tables import Ask


async def ask_again(session: AsyncSession, booking_id: UUID, now: datetime, wait: timedelta) -> list[Ask] | None:
    """What was asked; None when another worker has the booking or its turn has not come."""
    booking = await store.lock_silent_booking(session, booking_id, now, wait)
    if booking is None:
        return None
    booking.asked_at = now
    booking.asked_again += 1
    store.add_step(session, booking, "booking.asked-again", ", ".join(booking.asks))
    ask_others(session, booking, booking.asks)
    return booking.asks
