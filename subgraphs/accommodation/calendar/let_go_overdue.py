"""Let go of holds whose time is long over: the net under a booking that never said how it ended."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from . import store
from .tables import HoldStatus

BATCH = 200


async def let_go_overdue(session: AsyncSession, due_before: datetime) -> int:
    """Free the nights of up to a batch of holds, and say how many holds it was. Nobody is told: nobody asked."""
    overdue = await store.lock_overdue_claims(session, due_before, BATCH)
    nights = await store.lock_nights(session, ((claim.room_type_id, day) for claim in overdue for day in claim.dates()))
    for claim in overdue:
        claim.status = HoldStatus.LAPSED
        for day in claim.dates():
            nights[claim.room_type_id][day].held -= claim.rooms
    await store.write_claims(session, overdue)
    await store.write_nights(session, nights)
    return len(overdue)
