"""Let go of what a booking holds. The row stays as a mark: it refuses a hold that arrives later."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.outbox import publish

from ..events import BenefitsReleased
from ..points.release import release_points
from . import store
from .tables import HoldState


async def release_benefits(session: AsyncSession, booking_id: UUID) -> None:
    """Undoes held and spent alike, as with nights."""
    hold = await store.lock_hold(session, booking_id, clock.now())
    if hold.user_id and hold.points and hold.state in {HoldState.HELD, HoldState.SPENT}:
        await release_points(session, hold.user_id, booking_id)
    if hold.state is not HoldState.GIVEN_BACK:
        hold.state, hold.has_coupon = HoldState.RELEASED, False
    publish(session, BenefitsReleased(booking_id=booking_id))
