"""Cancel one's own booking: by the policy, and for no other refund than was expected."""

from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.cache import Cache

from . import store
from .advance import advance_booking
from .cancellation import by_guest, decide_cancellation, ensure_refund
from .flow import Signal
from .rules import ensure_belongs_to, ensure_reason
from .tables import Booking


async def cancel_booking(
    session: AsyncSession,
    cache: Cache,
    guest_id: UUID,
    booking_id: UUID,
    *,
    reason: str,
    expected_refund: Decimal | None,
    zone: ZoneInfo,
) -> Booking:
    ensure_reason(reason)
    booking = await store.lock_booking(session, booking_id)
    ensure_belongs_to(booking, guest_id)
    cancellation = by_guest(booking, reason, clock.now(), zone)
    ensure_refund(cancellation, expected_refund)
    decide_cancellation(booking, cancellation)
    await advance_booking(session, cache, booking, Signal.CANCEL)
    return booking
