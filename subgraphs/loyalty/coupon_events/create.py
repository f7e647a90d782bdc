"""Plan an event: it is stored first, and gets its gate after."""

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.database import violated

from ..coupons.rules import CouponInUse
from ..coupons.store import lock_coupon
from .rules import ensure_coupon_event, to_the_millisecond
from .tables import CouponEvent


async def create_coupon_event(session: AsyncSession, event: CouponEvent) -> CouponEvent:
    """Raise NotFound, InvalidInput, or CouponInUse where a LIMITED coupon has its event already."""
    coupon = await lock_coupon(session, event.coupon_id)
    event.opens_at, event.closes_at = to_the_millisecond(event.opens_at), to_the_millisecond(event.closes_at)
    ensure_coupon_event(event, coupon.usable_until, clock.now())
    event.quantity = coupon.quantity
    session.add(event)
    try:
        await session.flush()
    except IntegrityError as error:
        if violated(error) == "uq_coupon_events_coupon_id":
            raise CouponInUse from error
        raise
    return event
