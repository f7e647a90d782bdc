"""Hold for longer: the booking waits for money that may take a day."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock

from . import store
from .tables import HoldState


async def extend_benefits(session: AsyncSession, booking_id: UUID, due_at: datetime) -> None:
    hold = await store.lock_hold(session, booking_id, clock.now())
    if hold.state is HoldState.HELD:
        hold.due_at = due_at
