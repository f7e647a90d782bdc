"""Hold for longer: the booking waits for money that may take a day."""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock

from ..points.rules import NotEnoughPoints
from . import store
from .rules import NotUsable
from .tables import HoldState
from .take_again import take_again


async def extend_benefits(session: AsyncSession, booking_id: UUID, due_at: datetime) -> None:
    """What lapsed before this came is held again. What is gone meanwhile may be back when the booking is paid."""
    hold = await store.lock_hold(session, booking_id, clock.now())
    if hold.state is HoldState.LAPSED:
        with suppress(NotUsable, NotEnoughPoints):
            await take_again(session, hold)
    if hold.state is HoldState.HELD:
        hold.due_at = due_at
