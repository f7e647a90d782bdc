"""Coupons by id, a whole level of a query at once."""

from uuid import UUID

from chassis.context import Context

from . import store
from .rules import OwnedCoupon
from .tables import Coupon


async def coupons_by_id(context: Context, ids: list[UUID]) -> list[Coupon | None]:
    """Deleted ones too: whatever asks by id points at one it knows."""
    async with context.database.reading() as session:
        found = await store.coupons_by_id(session, ids)
    return [found.get(coupon_id) for coupon_id in ids]


async def owned_coupons_by_id(context: Context, ids: list[UUID]) -> list[OwnedCoupon | None]:
    """Whosever they are: who may see one is for whoever asks."""
    async with context.database.reading() as session:
        found = await store.owned_coupons_by_id(session, ids)
    return [found.get(user_coupon_id) for user_coupon_id in ids]


async def issued_by_coupon(context: Context, ids: list[UUID]) -> list[tuple[int, int]]:
    """How many own each coupon, and how many used it."""
    async with context.database.reading() as session:
        found = await store.issued_by_coupon(session, ids)
    return [found.get(coupon_id, (0, 0)) for coupon_id in ids]
