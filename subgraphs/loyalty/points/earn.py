"""Earn points by a stay that is over, once a booking."""

from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock

from . import store
from .credit import credit_points
from .open import open_account
from .rules import expiry_of, points_for
from .settle import settle_debt
from .tables import EntryKind


async def earn_points(
    session: AsyncSession, user_id: UUID, booking_id: UUID, paid: Decimal, *, percent: Decimal, zone: ZoneInfo
) -> None:
    """A share of what was paid, less what is known to have gone back."""
    now = clock.now()
    earning = await store.lock_earning(session, booking_id, now)
    if earning.user_id is not None:
        return
    points = points_for(paid - await store.refunded(session, booking_id), percent)
    earning.user_id, earning.paid, earning.percent, earning.points = user_id, paid, percent, points
    if points:
        opened, until = await open_account(session, user_id), expiry_of(now, zone)
        kind, said = EntryKind.EARN, "Earned by a stay"
        await credit_points(session, opened, kind, points, said, expires_at=until, booking_id=booking_id)
        await settle_debt(session, opened, booking_id)
