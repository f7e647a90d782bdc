"""Cancel a booking for the house: everything goes back, unless it says by the policy."""

from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.cache import Cache

from . import store
from .advance import advance_booking
from .cancellation import by_house, decide_cancellation
from .flow import Signal
from .rules import ensure_reason, ensure_run_by
from .tables import Booking


async def cancel_for_house(
    session: AsyncSession,
    cache: Cache,
    host_id: UUID | None,
    booking_id: UUID,
    *,
    reason: str,
    by_policy: bool,
    zone: ZoneInfo,
) -> Booking:
    """`host_id` is whose places it may be at; None is an administrator, who may cancel anywhere."""
    ensure_reason(reason)
    booking = await store.lock_booking(session, booking_id)
    ensure_run_by(booking, host_id)
    decide_cancellation(booking, by_house(booking, reason, clock.now(), zone, by_policy=by_policy))
    await advance_booking(session, cache, booking, Signal.CANCEL)
    return booking
