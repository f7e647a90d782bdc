"""Coupons as rows, for rules that ask no database."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from chassis import clock
from chassis.ids import uuid7
from subgraphs.loyalty.coupons.rules import OwnedCoupon
from subgraphs.loyalty.coupons.tables import BenefitHold, Coupon, CouponKind, DiscountKind, HoldState, UserCoupon

NOW = clock.now()
DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)


def a_coupon(**changes: Any) -> Coupon:
    return Coupon(
        **{
            "name": "Ten percent",
            "kind": CouponKind.LIMITED,
            "discount_kind": DiscountKind.PERCENTAGE,
            "percent": 10,
            "currency": "KRW",
            "usable_from": NOW - DAY,
            "usable_until": NOW + DAY,
            "quantity": 100,
        }
        | changes
    )


def an_amount(amount: str, **changes: Any) -> Coupon:
    return a_coupon(discount_kind=DiscountKind.AMOUNT, percent=None, amount=Decimal(amount), **changes)


def a_hold(state: HoldState) -> BenefitHold:
    return BenefitHold(booking_id=uuid7(), state=state, has_coupon=True, created_at=NOW, updated_at=NOW)


def owned(coupon: Coupon, held: HoldState | None = None, *, revoked: bool = False) -> OwnedCoupon:
    theirs = UserCoupon(user_id=uuid7(), coupon_id=coupon.id, issued_at=NOW, revoked_at=NOW if revoked else None)
    return OwnedCoupon(theirs, coupon, a_hold(held) if held else None)
