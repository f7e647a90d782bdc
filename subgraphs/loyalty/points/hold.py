"""Hold points for a booking, first to expire first; nothing is written in the ledger until they are spent."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from . import store
from .open import open_account
from .rules import ensure_enough, portions
from .tables import PointHold


async def hold_points(session: AsyncSession, user_id: UUID, booking_id: UUID, points: int) -> None:
    """Once, however often it is asked. Raise NotEnoughPoints, and nothing is held."""
    account, lots = await open_account(session, user_id)
    if await store.taken_by(session, booking_id):
        return
    ensure_enough(account, points)
    for lot, part in zip(lots, portions([lot.remaining for lot in lots], points), strict=True):
        if part:
            lot.remaining, lot.held = lot.remaining - part, lot.held + part
            session.add(PointHold(booking_id=booking_id, lot_id=lot.id, points=part))
    account.balance, account.held = account.balance - points, account.held + points
