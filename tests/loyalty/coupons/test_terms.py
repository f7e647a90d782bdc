"""What makes a proper coupon, and what is said of one that is none."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from chassis.errors import InvalidInput
from subgraphs.loyalty.coupons.tables import Coupon, CouponKind, DiscountKind
from subgraphs.loyalty.coupons.terms import ensure_coupon, in_whole_units
from tests.loyalty.coupons.rows import DAY, INSTANT, NOW, a_coupon, an_amount

FOREVER = datetime.max.replace(tzinfo=UTC)


def cut(coupon: Coupon) -> Coupon:
    """As it comes to be looked at, in whole units."""
    in_whole_units(coupon)
    return coupon


@pytest.mark.parametrize(
    ("coupon", "field", "code"),
    [
        (a_coupon(name=" "), "name", "EMPTY"),
        (a_coupon(name="x" * 201), "name", "TOO_LONG"),
        (a_coupon(name="a\0b"), "name", "NOT_TEXT"),
        (a_coupon(percent=None), "discount.percent", "REQUIRED"),
        (a_coupon(percent=0), "discount.percent", "OUT_OF_RANGE"),
        (a_coupon(percent=101), "discount.percent", "OUT_OF_RANGE"),
        (a_coupon(cap=Decimal(0)), "discount.cap", "OUT_OF_RANGE"),
        (a_coupon(amount=Decimal(1)), "discount.amount", "NOT_ALLOWED"),
        (an_amount("0"), "discount.amount", "OUT_OF_RANGE"),
        (an_amount("-5"), "discount.amount", "OUT_OF_RANGE"),
        (an_amount("1e13"), "discount.amount", "OUT_OF_RANGE"),
        (a_coupon(discount_kind=DiscountKind.AMOUNT, percent=None), "discount.amount", "REQUIRED"),
        (a_coupon(discount_kind=DiscountKind.AMOUNT, amount=Decimal(1)), "discount.percent", "NOT_ALLOWED"),
        (an_amount("5", cap=Decimal(3)), "discount.cap", "NOT_ALLOWED"),
        (a_coupon(minimum_order=Decimal(-1)), "minimumOrder", "OUT_OF_RANGE"),
        (cut(a_coupon(minimum_order=Decimal("-0.5"))), "minimumOrder", "OUT_OF_RANGE"),
        (cut(a_coupon(maximum_order=Decimal("-0.5"))), "maximumOrder", "OUT_OF_RANGE"),
        (cut(an_amount("0.5")), "discount.amount", "OUT_OF_RANGE"),
        (a_coupon(minimum_order=Decimal(2), maximum_order=Decimal(1)), "maximumOrder", "BELOW_MINIMUM"),
        (a_coupon(usable_from=NOW, usable_until=NOW + DAY - INSTANT), "usableUntil", "LESS_THAN_A_DAY"),
        (a_coupon(usable_until=NOW), "usableUntil", "IN_THE_PAST"),
        (a_coupon(usable_until=NOW + 3660 * DAY + INSTANT), "usableUntil", "TOO_FAR_AHEAD"),
        (a_coupon(usable_from=FOREVER - DAY, usable_until=FOREVER), "usableUntil", "TOO_FAR_AHEAD"),
        (a_coupon(quantity=None), "quantity", "REQUIRED"),
        (a_coupon(quantity=0), "quantity", "OUT_OF_RANGE"),
        (a_coupon(quantity=1_000_001), "quantity", "OUT_OF_RANGE"),
        (a_coupon(kind=CouponKind.UNLIMITED), "quantity", "NOT_ALLOWED"),
    ],
)
def test_what_makes_no_coupon_is_refused_by_field(coupon: Coupon, field: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        ensure_coupon(coupon, NOW)
    assert [(each.field, each.code) for each in refused.value.fields] == [(field, code)]


@pytest.mark.parametrize(
    "coupon",
    [
        a_coupon(percent=1, quantity=1),
        a_coupon(percent=100, cap=Decimal(1), quantity=1_000_000),
        a_coupon(kind=CouponKind.UNLIMITED, quantity=None),
        a_coupon(minimum_order=Decimal(5), maximum_order=Decimal(5)),
        a_coupon(minimum_order=Decimal(0)),
        a_coupon(usable_from=NOW, usable_until=NOW + DAY),
        a_coupon(usable_from=NOW - DAY, usable_until=NOW + INSTANT),
        a_coupon(usable_until=NOW + 3660 * DAY),
        an_amount("1"),
    ],
)
def test_what_is_just_allowed_is_allowed(coupon: Coupon) -> None:
    ensure_coupon(coupon, NOW)


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(InvalidInput) as refused:
        ensure_coupon(a_coupon(name="", percent=0, quantity=0), NOW)
    assert [each.field for each in refused.value.fields] == ["name", "discount.percent", "quantity"]


def test_amounts_are_cut_to_what_the_currency_can_pay() -> None:
    coupon = an_amount("12.999", currency="EUR", minimum_order=Decimal("0.019"))
    in_whole_units(coupon)
    assert (coupon.amount, coupon.minimum_order, coupon.maximum_order) == (Decimal("12.99"), Decimal("0.01"), None)
