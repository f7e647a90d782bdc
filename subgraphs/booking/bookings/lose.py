"""Take the loss of the nights: what was paid for them goes back; what was not paid yet can't be any more."""

from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.cache import Cache

from . import store
from .advance import advance_booking
from .cancellation import decide_cancellation, in_full
from .flow import Signal, move_on
from .tables import Stage

REASON: Final = "The nights were no longer to be had when the payment came."


async def lose_nights(session: AsyncSession, cache: Cache, booking_id: UUID) -> None:
    booking = await store.lock_booking(session, booking_id)
    move = move_on(booking, Signal.NIGHTS_LOST)
    if move and move.to is Stage.CANCELLING:
        decide_cancellation(booking, in_full(booking, REASON, clock.now()))
    await advance_booking(session, cache, booking, Signal.NIGHTS_LOST)
