"""Wait longer for money that comes to an account number: the due time moves, and what is held is held until then."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.cache import Cache

from . import store
from .advance import advance_booking
from .flow import Signal, is_awaited
from .rules import due_with_account


async def wait_longer(
    session: AsyncSession, cache: Cache, booking_id: UUID, account_due_at: datetime, zone: ZoneInfo
) -> None:
    booking = await store.lock_booking(session, booking_id)
    if is_awaited(booking, Signal.ACCOUNT_ISSUED):
        booking.payment_due_at = due_with_account(booking, account_due_at, zone)
    await advance_booking(session, cache, booking, Signal.ACCOUNT_ISSUED)
