"""Hold a coupon and points for a booking: both or neither, decided once and answered as often as it is asked."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.money import round_down
from chassis.outbox import publish

from ..events import BenefitsHeld
from ..points.hold import hold_points
from ..points.rules import NotEnoughPoints, points_used
from . import store
from .refuse import refuse_benefits
from .rules import NotUsable, Refusal, discount_for, ensure_usable, is_granted
from .tables import BenefitHold, HoldState


@dataclass(frozen=True, slots=True)
class Wish:
    """What a booking wants held for an order of that subtotal, until it is due."""

    user_id: UUID
    user_coupon_id: UUID | None
    points: int
    subtotal: Decimal
    currency: str
    due_at: datetime


async def hold_benefits(session: AsyncSession, booking_id: UUID, wish: Wish) -> None:
    hold = await store.lock_hold(session, booking_id, clock.now())
    if hold.state is HoldState.ASKED:
        await _decide(session, hold, wish)
    if is_granted(hold):
        discount = round_down(hold.discount, wish.currency)
        until = await store.usable_until(session, hold.user_coupon_id) if hold.user_coupon_id else None
        said = BenefitsHeld(booking_id=booking_id, discount=discount, points=hold.points, coupon_usable_until=until)
        publish(session, said)
    else:
        refuse_benefits(session, hold)


async def _decide(session: AsyncSession, hold: BenefitHold, wish: Wish) -> None:
    hold.user_id, hold.currency, hold.due_at = wish.user_id, wish.currency, wish.due_at
    try:
        discount = await _discount(session, wish)
        points = points_used(wish.points, wish.subtotal - discount)
        if points:
            await hold_points(session, wish.user_id, hold.booking_id, points)
    except (Refusal, NotEnoughPoints) as refusal:
        hold.state, hold.refusal, hold.message = HoldState.REFUSED, refusal.code, refusal.message
    else:
        hold.state, hold.discount, hold.points = HoldState.HELD, discount, points
        hold.user_coupon_id, hold.has_coupon = wish.user_coupon_id, wish.user_coupon_id is not None


async def _discount(session: AsyncSession, wish: Wish) -> Decimal:
    """What the coupon takes off, once it is certain that this booking may have it."""
    if wish.user_coupon_id is None:
        return Decimal(0)
    owned = await store.lock_owned_coupon(session, wish.user_coupon_id)
    if owned is None or owned.user_coupon.user_id != wish.user_id:
        raise NotUsable
    ensure_usable(owned, wish.subtotal, clock.now())
    return discount_for(owned.coupon, wish.subtotal)
