"""What clients ask about coupons: any by its id, and those they own."""

from enum import Enum

import strawberry

from chassis.context import Info
from chassis.fields import field_of
from chassis.ids import parse_id
from chassis.types import Connection, wants_total

from ..references import Viewer
from . import store
from .loaders import pages_of_owned_coupons
from .rules import UserCouponStatus
from .types import Coupon, UserCoupon


@strawberry.enum
class UserCouponOrder(Enum):
    ISSUED_AT_DESC = store.UserCouponOrder.ISSUED_AT_DESC
    USABLE_UNTIL_ASC = store.UserCouponOrder.USABLE_UNTIL_ASC


@strawberry.type
class CouponQuery:
    @strawberry.field
    async def coupon(self, info: Info, id: strawberry.ID) -> Coupon | None:  # noqa: A002 - the argument's name
        async with info.context.database.reading() as session:
            row = await store.find_coupon(session, parse_id(id))
        return Coupon.from_row(row) if row else None


@field_of(Viewer)
async def coupons(
    viewer: strawberry.Parent[Viewer],
    info: Info,
    *,
    statuses: list[UserCouponStatus] | None = None,
    order_by: UserCouponOrder = UserCouponOrder.ISSUED_AT_DESC,
    first: int = 20,
    after: str | None = None,
) -> Connection[UserCoupon] | None:
    wish = store.CouponsWish(
        statuses=None if statuses is None else tuple(statuses),
        order=order_by.value,
        first=first,
        after=after,
        count=wants_total(info),
    )
    page = await info.context.loader(pages_of_owned_coupons).load((parse_id(viewer.id), wish))
    return Connection.of(page, UserCoupon.from_row)
