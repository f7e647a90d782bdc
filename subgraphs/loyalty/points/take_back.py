"""Take back what refunded money had earned."""

from decimal import Decimal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock

from . import store
from .open import open_account
from .rules import still_earned
from .settle import settle_debt


async def take_points_back(session: AsyncSession, booking_id: UUID, refund_id: UUID, amount: Decimal) -> None:
    """As far as the balance goes, the rest from later earnings. A stay that is not over will earn that much less."""
    earning = await store.lock_earning(session, booking_id, clock.now())
    if not await store.add_refund(session, booking_id, refund_id, amount) or earning.user_id is None:
        return
    points = earning.points - still_earned(earning, await store.refunded(session, booking_id))
    if points:
        earning.points -= points
        opened = await open_account(session, earning.user_id)
        opened.account.owed += points
        await settle_debt(session, opened, booking_id)
