"""Credit an account with points that come together."""

from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock

from .open import OpenAccount
from .record import record_entry
from .tables import EntryKind, PointLot


async def credit_points(
    session: AsyncSession,
    opened: OpenAccount,
    kind: EntryKind,
    points: int,
    description: str,
    *,
    expires_at: datetime,
    **more: Any,
) -> None:
    account, lots = opened
    lot = PointLot(
        user_id=account.user_id, points=points, remaining=points, expires_at=expires_at, created_at=clock.now()
    )
    session.add(lot)
    lots.append(lot)
    lots.sort(key=lambda each: (each.expires_at, each.id))
    account.balance += points
    await record_entry(session, account, kind, points, description, expires_at=expires_at, **more)
