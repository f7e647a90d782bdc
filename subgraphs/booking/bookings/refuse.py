"""Take the refusal of one of the others: what is held already is let go, what was paid goes back."""

from datetime import date
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.cache import Cache

from . import store
from .advance import advance_booking
from .cancellation import decide_cancellation, in_full
from .flow import Signal, move_on
from .rules import write_refusal
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
    move = move_on(booking, signal)
    if move and move.to is Stage.REFUSED:
        write_refusal(booking, code, message, night)
    elif move and move.to is Stage.CANCELLING:
        decide_cancellation(booking, in_full(booking, message, clock.now()))
    await advance_booking(session, cache, booking, signal)
