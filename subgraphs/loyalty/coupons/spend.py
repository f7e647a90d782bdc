"""Spend what a booking holds: it is paid."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.outbox import publish

from ..events import BenefitsSpent
from ..points.rules import NotEnoughPoints
from ..points.spend import spend_points
from . import store
from .refuse import refuse_benefits
from .rules import NotUsable, is_granted
from .tables import HoldState
from .take_again import take_again


async def spend_benefits(session: AsyncSession, booking_id: UUID) -> None:
    """A coupon good when held is good when spent. Refused only where it was let go in between."""
    hold = await store.lock_hold(session, booking_id, clock.now())
    if hold.state is HoldState.LAPSED:
        try:
            await take_again(session, hold)
        except (NotUsable, NotEnoughPoints) as gone:
            hold.state, hold.refusal, hold.message = HoldState.REFUSED, gone.code, gone.message
    if hold.state in {HoldState.ASKED, HoldState.HELD}:
        hold.state, hold.spent_at = HoldState.SPENT, clock.now()
        if hold.user_id and hold.points:
            await spend_points(session, hold.user_id, booking_id)
    if is_granted(hold):
        publish(session, BenefitsSpent(booking_id=booking_id))
    else:
        refuse_benefits(session, hold)
