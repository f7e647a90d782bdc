"""Debit an account: free points go, first to expire first."""

from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from .open import OpenAccount
from .record import record_entry
from .rules import ensure_enough, portions
from .tables import EntryKind


async def debit_points(session: AsyncSession, opened: OpenAccount, points: int, description: str, **more: Any) -> None:
    """Raise NotEnoughPoints."""
    account, lots = opened
    ensure_enough(account, points)
    for lot, part in zip(lots, portions([lot.remaining for lot in lots], points), strict=True):
        lot.remaining -= part
    account.balance -= points
    await record_entry(session, account, EntryKind.REVOKE, -points, description, **more)
