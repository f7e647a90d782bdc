"""Let go of holds whose time is long over: the net under a booking that never said how it ended."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from . import store
from .tables import HoldStatus

BATCH = 200


async def let_go_overdue(session: AsyncSession, due_before: datetime) -> int:
    """Free the nights of up to a batch of holds, and say how many holds it was. Nobody is told: nobody asked."""
    overdue = await store.lock_overdue_holds(session, due_before, BATCH)
    nights = await store.lock_nights_of(session, overdue)
    for hold in overdue:
        hold.status = HoldStatus.LAPSED
        for day in hold.dates():
            nights[hold.room_type_id][day].held -= hold.rooms
    await store.write_changes(session)
    return len(overdue)
