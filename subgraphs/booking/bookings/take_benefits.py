"""Take the coupon and points loyalty holds: what they take off is known, and with it the total."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.cache import Cache

from . import store
from .advance import advance_booking
from .flow import Signal, is_awaited
from .rules import limit_coupon, price_booking


async def take_benefits(
    session: AsyncSession,
    cache: Cache,
    booking_id: UUID,
    *,
    discount: Decimal,
    points: int,
    coupon_usable_until: datetime | None,
) -> None:
    booking = await store.lock_booking(session, booking_id)
    if is_awaited(booking, Signal.BENEFITS_HELD):
        price_booking(booking, coupon_discount=discount, points_used=points)
        limit_coupon(booking, coupon_usable_until)
    await advance_booking(session, cache, booking, Signal.BENEFITS_HELD)
