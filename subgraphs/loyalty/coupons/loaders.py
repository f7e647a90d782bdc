"""Coupons by id, a whole level of a query at once."""

from uuid import UUID

from chassis import clock
from chassis.context import Context
from chassis.nested_pages import pages_in_order
from chassis.pagination import Page

from . import store
from .rules import OwnedCoupon
from .tables import Coupon


async def coupons_by_id(context: Context, ids: list[UUID]) -> list[Coupon | None]:
    """Deleted ones too: whatever asks by id points at one it knows."""
    found = await context.database.together(store.coupons_by_id, ids)
    return [found.get(coupon_id) for coupon_id in ids]


async def owned_coupons_by_id(context: Context, ids: list[UUID]) -> list[OwnedCoupon | None]:
    """Whosever they are: who may see one is for whoever asks."""
    found = await context.database.together(store.owned_coupons_by_id, ids)
    return [found.get(user_coupon_id) for user_coupon_id in ids]


async def issued_by_coupon(context: Context, ids: list[UUID]) -> list[tuple[int, int]]:
    """How many own each coupon, and how many used it."""
    async with context.database.reading() as session:
        found = await store.issued_by_coupon(session, ids)
    return [found.get(coupon_id, (0, 0)) for coupon_id in ids]


async def pages_of_owned_coupons(
    context: Context, asked: list[tuple[UUID, store.CouponsWish]]
) -> list[Page[OwnedCoupon]]:
    """Of each person the page that is wanted: together for all of whom the same is."""

    async def load(user_ids: list[UUID], wish: store.CouponsWish) -> dict[UUID, Page[OwnedCoupon]]:
        async with context.database.reading() as session:
            return await store.pages_of_owned_coupons(session, user_ids, wish, clock.now())

    return await pages_in_order(asked, load)
