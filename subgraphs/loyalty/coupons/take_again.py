"""Take again what lapsed: its booking goes on after all."""

from sqlmodel.ext.asyncio.session import AsyncSession

from ..points.hold import hold_points
from . import store
from .rules import ensure_free
from .tables import BenefitHold, HoldState


async def take_again(session: AsyncSession, hold: BenefitHold) -> None:
    """Both or neither. Raise NotUsable where the coupon is gone, NotEnoughPoints where points are."""
    owned = await store.lock_owned_coupon(session, hold.user_coupon_id) if hold.user_coupon_id else None
    if owned is not None:
        ensure_free(owned)
    if hold.user_id and hold.points:
        await hold_points(session, hold.user_id, hold.booking_id, hold.points)
    hold.state, hold.has_coupon = HoldState.HELD, owned is not None
