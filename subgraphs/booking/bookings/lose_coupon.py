"""Take the news that the coupon this booking holds was revoked: it is spent here, and never comes back."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.cache import Cache

from . import store
from .advance import advance_booking
from .flow import Signal
from .rules import limit_coupon


async def lose_coupon(session: AsyncSession, cache: Cache, booking_id: UUID, revoked_at: datetime) -> None:
    booking = await store.lock_booking(session, booking_id)
    limit_coupon(booking, revoked_at)
    await advance_booking(session, cache, booking, Signal.COUPON_REVOKED)
