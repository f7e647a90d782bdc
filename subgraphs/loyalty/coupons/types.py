"""Coupons as the graph shows them."""

from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Self
from uuid import UUID

import strawberry

from chassis import clock, money
from chassis.context import Info
from chassis.ids import parse_id
from chassis.types import Money

from ..references import Booking
from . import tables
from .loaders import coupons_by_id, owned_coupons_by_id
from .rules import CouponRefusal, OwnedCoupon, Quote, UserCouponStatus, status_of

strawberry.enum(UserCouponStatus)
strawberry.enum(CouponRefusal, name="CouponRefusalCode")


@strawberry.enum
class CouponKind(Enum):
    LIMITED = strawberry.enum_value(
        tables.CouponKind.LIMITED, description="First come, first served: a fixed quantity."
    )
    UNLIMITED = tables.CouponKind.UNLIMITED


@strawberry.enum
class DiscountKind(Enum):
    PERCENTAGE = tables.DiscountKind.PERCENTAGE
    AMOUNT = tables.DiscountKind.AMOUNT


@strawberry.type
class Discount:
    kind: DiscountKind
    percent: int | None = strawberry.field(description="1 to 100, for PERCENTAGE.")
    amount: Money | None = strawberry.field(description="For AMOUNT.")
    cap: Money | None = strawberry.field(description="The most a PERCENTAGE takes off.")

    @classmethod
    def from_row(cls, row: tables.Coupon) -> Self:
        return cls(
            kind=DiscountKind(row.discount_kind),
            percent=row.percent,
            amount=money_of(row.amount, row.currency),
            cap=money_of(row.cap, row.currency),
        )


@strawberry.federation.type(keys=["id"])
class Coupon:
    id: strawberry.ID
    name: str
    kind: CouponKind
    discount: Discount
    minimum_order: Money | None = strawberry.field(description="The coupon needs an order of at least this.")
    maximum_order: Money | None = strawberry.field(description="The coupon needs an order of at most this.")
    usable_from: datetime
    usable_until: datetime
    quantity: int | None = strawberry.field(description="Null when unlimited.")

    @classmethod
    def from_row(cls, row: tables.Coupon) -> Self:
        return cls(
            id=strawberry.ID(str(row.id)),
            name=row.name,
            kind=CouponKind(row.kind),
            discount=Discount.from_row(row),
            minimum_order=money_of(row.minimum_order, row.currency),
            maximum_order=money_of(row.maximum_order, row.currency),
            usable_from=row.usable_from,
            usable_until=row.usable_until,
            quantity=row.quantity,
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:  # noqa: A002 - the key's name
        row = await info.context.loader(coupons_by_id).load(parse_id(id))
        return cls.from_row(row) if row else None


@strawberry.federation.type(keys=["id"])
class UserCoupon:
    id: strawberry.ID
    coupon: Coupon
    status: UserCouponStatus
    booking: Booking | None = strawberry.field(description="The booking that holds or used it.")
    issued_at: datetime
    used_at: datetime | None
    coupon_event_id: strawberry.Private[UUID | None]

    @classmethod
    def from_row(cls, owned: OwnedCoupon) -> Self:
        user_coupon, coupon, hold = owned
        return cls(
            id=strawberry.ID(str(user_coupon.id)),
            coupon=Coupon.from_row(coupon),
            status=status_of(owned, clock.now()),
            booking=Booking.of(hold.booking_id if hold else None),
            issued_at=user_coupon.issued_at,
            used_at=hold.spent_at if hold else None,
            coupon_event_id=user_coupon.coupon_event_id,
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:  # noqa: A002 - the key's name
        """Only to the person whose it is, as everywhere."""
        owned = await info.context.loader(owned_coupons_by_id).load(parse_id(id))
        mine = owned is not None and owned.user_coupon.user_id == info.context.principal.user_id
        return cls.from_row(owned) if owned and mine else None


@strawberry.type(description="What a coupon would take off an order of the amount asked about.")
class CouponQuote:
    user_coupon: UserCoupon
    discount: Money
    max_points: int = strawberry.field(description="The most points that could then still be used.")
    refusal: CouponRefusal | None = strawberry.field(description="Null when the coupon can be used.")

    @classmethod
    def of(cls, quote: Quote) -> Self:
        return cls(
            user_coupon=UserCoupon.from_row(quote.owned),
            discount=Money(amount=quote.discount, currency=quote.owned.coupon.currency),
            max_points=quote.max_points,
            refusal=quote.refusal,
        )


def money_of(amount: Decimal | None, currency: str) -> Money | None:
    return None if amount is None else Money.of(money.Money(amount, currency))
