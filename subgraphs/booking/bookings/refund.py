"""Take the news of a refund: the one this booking asked for ends its asking; one that failed is only written down."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.cache import Cache

from . import store
from .advance import advance_booking
from .flow import Signal


async def take_refund(session: AsyncSession, cache: Cache, booking_id: UUID, refund_id: UUID) -> None:
    booking = await store.lock_booking(session, booking_id)
    if refund_id == booking.refund_id:
        await advance_booking(session, cache, booking, Signal.PAYMENT_REFUNDED)
    else:
        store.add_step(session, booking, Signal.PAYMENT_REFUNDED, f"{refund_id}, which this booking did not ask for")


async def note_failed_refund(session: AsyncSession, booking_id: UUID, refund_id: UUID, reason: str) -> None:
    """Payment goes on trying; nothing of the booking changes."""
    booking = await store.lock_booking(session, booking_id)
    store.add_step(session, booking, Signal.PAYMENT_REFUND_FAILED, f"{refund_id}: {reason}")
