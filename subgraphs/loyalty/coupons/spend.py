"""Spend what a booking holds: it is paid."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.outbox import publish

from ..events import BenefitsSpent
from ..points.hold import hold_points
from ..points.rules import NotEnoughPoints
from ..points.spend import spend_points
from . import store
from .refuse import refuse_benefits
from .rules import NotUsable, ensure_free, is_granted
from .tables import BenefitHold, HoldState


async def spend_benefits(session: AsyncSession, booking_id: UUID) -> None:
    """A coupon good when held is good when spent. Refused only where it was let go in between."""
    hold = await store.lock_hold(session, booking_id, clock.now())
    if hold.state is HoldState.LAPSED:
        await _take_again(session, hold)
    if hold.state in {HoldState.ASKED, HoldState.HELD}:
        hold.state, hold.spent_at = HoldState.SPENT, clock.now()
        if hold.user_id and hold.points:
            await spend_points(session, hold.user_id, booking_id)
    if is_granted(hold):
        publish(session, BenefitsSpent(booking_id=booking_id))
    else:
        refuse_benefits(session, hold)


async def _take_again(session: AsyncSession, hold: BenefitHold) -> None:
    """What lapsed is held again where the coupon is still free and the points are there."""
    owned = await store.lock_owned_coupon(session, hold.user_coupon_id) if hold.user_coupon_id else None
    try:
        if owned is not None:
            ensure_free(owned)
        if hold.user_id and hold.points:
            await hold_points(session, hold.user_id, hold.booking_id, hold.points)
    except (NotUsable, NotEnoughPoints) as gone:
        hold.state, hold.refusal, hold.message = HoldState.REFUSED, gone.code, gone.message
    else:
        hold.state, hold.has_coupon = HoldState.HELD, owned is not None
