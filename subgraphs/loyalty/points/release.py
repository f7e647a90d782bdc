"""Release the points a booking holds; those it has spent come back."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from . import store
from .give_back import give_points_back
from .open import open_account


async def release_points(session: AsyncSession, user_id: UUID, booking_id: UUID) -> None:
    """What has expired meanwhile is free for the moment, and goes when the clock's job comes."""
    account, _ = await open_account(session, user_id)
    taken = await store.taken_by(session, booking_id)
    points = sum(hold.points for hold, _ in taken)
    if any(hold.spent for hold, _ in taken):
        await give_points_back(session, user_id, booking_id, points)
        return
    for hold, lot in taken:
        lot.remaining, lot.held = lot.remaining + hold.points, lot.held - hold.points
        await session.delete(hold)
    account.balance, account.held = account.balance + points, account.held - points
