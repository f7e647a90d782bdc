"""Let go of holds that were never settled: a net under the booking's own flow, which settles them when they are due."""

from datetime import timedelta

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.database import Database

from ..points.release import release_points
from ..settings import Settings
from . import store
from .tables import HoldState

logger = structlog.get_logger(__name__)

AT_ONCE = 100


async def sweep_holds(database: Database, settings: Settings) -> None:
    """In as many transactions as it takes; two that sweep at once share the work."""
    grace, found = timedelta(seconds=settings.hold_grace_seconds), AT_ONCE
    while found == AT_ONCE:
        async with database.transaction() as session:
            found = await _sweep(session, grace)


async def _sweep(session: AsyncSession, grace: timedelta) -> int:
    """Lapsed, not released: a payment that is late may spend them all the same."""
    holds = await store.lock_holds_due_before(session, clock.now() - grace, AT_ONCE)
    # Accounts are locked one after the other: in one order, so that two that sweep don't wait for each other.
    for hold in sorted(holds, key=lambda each: str(each.user_id)):
        hold.state, hold.has_coupon = HoldState.LAPSED, False
        if hold.user_id and hold.points:
            await release_points(session, hold.user_id, hold.booking_id)
        logger.warning("hold_lapsed", booking_id=str(hold.booking_id), due_at=hold.due_at)
    return len(holds)
