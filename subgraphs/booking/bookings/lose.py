"""Take the loss of the nights that should have been kept: everything is given back, and the booking is cancelled."""

from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.cache import Cache
from chassis.ids import uuid7

from . import store
from .advance import advance_booking
from .flow import Signal, is_awaited
from .rules import cancel_in_full

REASON: Final = "The nights were no longer to be had when the payment came."


async def lose_nights(session: AsyncSession, cache: Cache, booking_id: UUID) -> None:
    booking = await store.lock_booking(session, booking_id)
    if is_awaited(booking, Signal.NIGHTS_LOST):
        cancel_in_full(booking, REASON, uuid7())
    await advance_booking(session, cache, booking, Signal.NIGHTS_LOST)
