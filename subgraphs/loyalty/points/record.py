"""Write a change of an account down in its ledger."""

from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock

from .tables import EntryKind, PointAccount, PointEntry


async def record_entry(
    session: AsyncSession, account: PointAccount, kind: EntryKind, points: int, description: str, **more: Any
) -> None:
    """`points` are signed, and are in the account's balance and held already; `more` are further columns."""
    account.last_entry = (account.last_entry or 0) + 1
    entry = PointEntry(
        user_id=account.user_id,
        number=account.last_entry,
        kind=kind,
        points=points,
        balance_after=account.balance + account.held,
        description=description,
        created_at=clock.now(),
        **more,
    )
    session.add(entry)
    # The database has each entry go on from the one before it: they are written in their order.
    await session.flush()
