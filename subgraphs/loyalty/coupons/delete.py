"""Withdraw a coupon: no new event may use it, and what is issued stays usable."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock

from . import store
from .tables import Coupon


async def delete_coupon(session: AsyncSession, coupon_id: UUID) -> Coupon:
    coupon = await store.lock_coupon(session, coupon_id)
    coupon.deleted_at = clock.now()
    return coupon
