"""Give back what a booking spent: it was cancelled."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.outbox import publish

from ..events import BenefitsGivenBack
from ..points.give_back import give_points_back
from . import store
from .tables import HoldState


async def give_back_benefits(session: AsyncSession, booking_id: UUID, *, coupon: bool, points: int) -> None:
    """`coupon` is whether the coupon comes back: otherwise the fee has eaten it, and it stays used; so with points."""
    hold = await store.lock_hold(session, booking_id, clock.now())
    if hold.state in {HoldState.HELD, HoldState.SPENT}:
        hold.state, hold.has_coupon = HoldState.GIVEN_BACK, hold.has_coupon and not coupon
        hold.spent_at = hold.spent_at or clock.now()
        if hold.user_id and hold.points:
            await give_points_back(session, hold.user_id, booking_id, points)
    elif hold.state in {HoldState.ASKED, HoldState.LAPSED}:
        # A mark, as a release leaves one: a hold or a payment that comes later takes nothing for a cancelled booking.
        hold.state = HoldState.RELEASED
    publish(session, BenefitsGivenBack(booking_id=booking_id))
