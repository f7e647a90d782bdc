"""Close an event by hand: nobody gets a coupon of it any more."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock

from .change import ask_for, lock_unchanging_event
from .rules import is_over
from .tables import ChangeKind, CouponEventChange


async def close_coupon_event(session: AsyncSession, coupon_event_id: UUID, by: UUID) -> CouponEventChange | None:
    """What its gate is to do; None where the event is over as it is. Raise NotFound."""
    event = await lock_unchanging_event(session, coupon_event_id)
    return None if is_over(event, clock.now()) else ask_for(session, event, ChangeKind.CLOSE, by)
