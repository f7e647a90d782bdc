"""Give people coupons: many at once, as an event does."""

from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from . import store
from .tables import UserCoupon


async def award_coupons(session: AsyncSession, user_coupons: Sequence[UserCoupon]) -> None:
    if user_coupons:
        await store.insert_user_coupons(session, user_coupons)
