"""Ask again what nobody has answered: a new message each time, answered with what was decided. It ends."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.cache import Cache

from . import store
from .ask import ask_others
from .get_stuck import stick
from .tables import Ask


async def ask_again(
    session: AsyncSession, cache: Cache, booking_id: UUID, now: datetime, wait: timedelta, *, times: int
) -> list[Ask] | None:
    """What was asked; None when another worker has the booking or its turn has not come.

    After so many times a person has to look. A refund alone goes on: money may be on its way, or wait for its owner
    to say where to, for weeks.
    """
    booking = await store.lock_silent_booking(session, booking_id, now, wait)
    if booking is None:
        return None
    if booking.asked_again >= times:
        given_up = [ask for ask in booking.asks if ask is not Ask.REFUND_PAYMENT]
        stick(session, cache, booking, given_up, f"not answered, though asked {times} times again")
    asks = [ask for ask in booking.asks if ask not in booking.stuck_on]
    if asks:
        booking.asked_at = now
        booking.asked_again += 1
        store.add_step(session, booking, "booking.asked-again", ", ".join(asks))
        ask_others(session, booking, asks)
    return asks
