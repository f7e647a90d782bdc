"""Take the refusal of one of the others: what is held already is let go, what was paid goes back."""

from datetime import date
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.cache import Cache
from chassis.ids import uuid7

from . import store
from .advance import advance_booking
from .flow import Signal, is_awaited
from .rules import cancel_in_full, write_refusal
from .tables import RefusalCode, Stage


async def refuse_booking(
    session: AsyncSession,
    cache: Cache,
    booking_id: UUID,
    signal: Signal,
    *,
    code: RefusalCode,
    message: str,
    night: date | None = None,
) -> None:
    booking = await store.lock_booking(session, booking_id)
    if is_awaited(booking, signal):
        if booking.stage is Stage.CONFIRMING:
            cancel_in_full(booking, message, uuid7())
        else:
            write_refusal(booking, code, message, night)
    await advance_booking(session, cache, booking, signal)
