"""Take the money payment says has come: it confirms the booking, or goes back whole when the booking has ended."""

from decimal import Decimal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.cache import Cache

from . import store
from .advance import advance_booking, come_unstuck
from .cancellation import give_all_back
from .flow import Signal, is_awaited
from .rules import is_given_up


async def pay_booking(session: AsyncSession, cache: Cache, booking_id: UUID, amount: Decimal) -> None:
    booking = await store.lock_booking(session, booking_id)
    if booking.paid is not None:
        store.add_step(session, booking, Signal.PAYMENT_PAID, "past")
        come_unstuck(booking, Signal.PAYMENT_PAID)
        return
    if not is_awaited(booking, Signal.PAYMENT_PAID):
        raise ValueError(f"Booking {booking_id} is told of money it never asked for")
    booking.paid = amount
    if is_given_up(booking.status):
        give_all_back(booking, amount)
    await advance_booking(session, cache, booking, Signal.PAYMENT_PAID)
