"""Delete an event that never opened: its coupon is free for another."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock

from .change import ask_for, lock_unchanging_event
from .rules import EventStarted, has_opened
from .tables import ChangeKind, CouponEventChange


async def delete_coupon_event(session: AsyncSession, coupon_event_id: UUID, by: UUID) -> CouponEventChange | None:
    """What its gate is to do; None where the event was closed and settled: it has no say any more.

    Raise NotFound, or EventStarted.
    """
    event, now = await lock_unchanging_event(session, coupon_event_id), clock.now()
    if has_opened(event, now):
        raise EventStarted
    if event.settled_at is None:
        return ask_for(session, event, ChangeKind.DELETE, by)
    event.deleted_at = now
    return None
