"""What clients ask about coupons: any by its id, and those they own."""

from decimal import Decimal
from enum import Enum

import strawberry

from chassis import clock
from chassis.context import Info
from chassis.fields import field_of
from chassis.ids import parse_id
from chassis.types import Connection, wants_total

from ..points.loaders import accounts_by_user
from ..references import Viewer
from . import store
from .loaders import pages_of_owned_coupons
from .rules import UserCouponStatus, ensure_amount, quote_for
from .types import Coupon, CouponQuote, UserCoupon


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


@field_of(
    Viewer,
    description="The viewer's coupons against one order: usable ones first, the largest discount first. At most 100.",
)
async def coupon_quotes(viewer: strawberry.Parent[Viewer], info: Info, amount: Decimal) -> list[CouponQuote] | None:
    user_id, currency, now = parse_id(viewer.id), info.context.settings.currency, clock.now()
    ensure_amount(amount, currency)
    async with info.context.database.reading() as session:
        owned = await store.coupons_to_quote(session, user_id, amount, currency, now)
    account = await info.context.loader(accounts_by_user).load(user_id)
    return [CouponQuote.of(quote_for(each, amount, account.balance, now)) for each in owned]
