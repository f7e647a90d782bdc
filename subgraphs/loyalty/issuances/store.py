"""Every SQL statement about pages of issuances."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.nested_pages import pages_by_owner
from chassis.pagination import Order, Page

from ..coupon_events.tables import CouponIssuance
from .rules import Wish

IN_ORDER = (Order(col(CouponIssuance.generation)), Order(col(CouponIssuance.rank)), Order(col(CouponIssuance.id)))


async def pages_of_issuances(
    session: AsyncSession, coupon_event_ids: Sequence[UUID], wish: Wish
) -> dict[UUID, Page[CouponIssuance]]:
    """Of what is recorded; nothing is counted."""
    event_id = col(CouponIssuance.coupon_event_id)
    return await pages_by_owner(
        session,
        select(CouponIssuance),
        event_id,
        coupon_event_ids,
        order=IN_ORDER,
        first=wish.first,
        after=wish.after,
        count=False,
    )
