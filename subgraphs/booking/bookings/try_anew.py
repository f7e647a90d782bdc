"""Have what a booking is stuck on tried anew: its cause is mended."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.cache import Cache

from . import store
from .nudge import nudge_watchers

STEP = "booking.unstuck"


async def try_anew(session: AsyncSession, cache: Cache, booking_id: UUID) -> list[str]:
    """What it was stuck on, which sweeps take up again at once. Raise NotFound."""
    booking = await store.lock_booking(session, booking_id)
    words = booking.stuck_on
    if words:
        booking.stuck_on, booking.stuck_since, booking.asked_again = [], None, 0
        booking.version += 1
        store.add_step(session, booking, STEP, f"by hand: {', '.join(words)}")
        nudge_watchers(session, cache, booking)
    return words
