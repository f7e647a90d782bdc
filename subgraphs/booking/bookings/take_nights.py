"""Take the nights accommodation holds: their price, the policy, the host and how the place is called are known."""

from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.cache import Cache

from . import store
from .advance import advance_booking
from .flow import Signal, is_awaited
from .rules import latest_with_account, price_booking
from .snapshots import StayTerms


async def take_nights(
    session: AsyncSession,
    cache: Cache,
    booking_id: UUID,
    *,
    accommodation_id: UUID,
    host_id: UUID,
    terms: StayTerms,
    subtotal: Decimal,
    zone: ZoneInfo,
) -> None:
    booking = await store.lock_booking(session, booking_id)
    if is_awaited(booking, Signal.NIGHTS_HELD):
        booking.accommodation_id = accommodation_id
        booking.host_id = host_id
        booking.terms = terms
        booking.subtotal = subtotal
        booking.account_due_by = latest_with_account(booking, zone)
        price_booking(booking, coupon_discount=Decimal(0), points_used=0)
    await advance_booking(session, cache, booking, Signal.NIGHTS_HELD)
