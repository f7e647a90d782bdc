"""Spend the points a booking holds."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from . import store
from .open import open_account
from .record import record_entry
from .tables import EntryKind


async def spend_points(session: AsyncSession, user_id: UUID, booking_id: UUID) -> None:
    account, _ = await open_account(session, user_id)
    held = [taken for taken in await store.taken_by(session, booking_id) if not taken.hold.spent]
    if not held:
        return
    for hold, lot in held:
        hold.spent, lot.held = True, lot.held - hold.points
    points = sum(hold.points for hold, _ in held)
    account.held -= points
    await record_entry(session, account, EntryKind.SPEND, -points, "Used for a booking", booking_id=booking_id)
