"""What a coupon takes off, when it can't be used, and what makes a proper one."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from chassis import clock
from chassis.errors import InvalidInput
from chassis.ids import uuid7
from subgraphs.loyalty.coupons.rules import (
    REFUSED_BECAUSE,
    CouponRefusal,
    NotUsable,
    OwnedCoupon,
    UserCouponStatus,
    discount_for,
    ensure_coupon,
    ensure_usable,
    in_whole_units,
    is_granted,
    refusal_for,
    status_of,
)
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


@pytest.mark.parametrize(
    ("coupon", "subtotal", "discount"),
    [
        (a_coupon(percent=10), "100000", "10000"),
        (a_coupon(percent=10), "0", "0"),
        (a_coupon(percent=1), "99", "0"),
        (a_coupon(percent=33), "100", "33"),
        (a_coupon(percent=33), "101", "33"),
        (a_coupon(percent=100), "120001", "120001"),
        (a_coupon(percent=50, cap=Decimal(30000)), "60000", "30000"),
        (a_coupon(percent=50, cap=Decimal(30000)), "60001", "30000"),
        (a_coupon(percent=50, cap=Decimal(30000)), "59999", "29999"),
        (a_coupon(percent=7, currency="EUR"), "33.35", "2.33"),
        (a_coupon(percent=15, currency="EUR", cap=Decimal("9.99")), "200.00", "9.99"),
        (a_coupon(percent=33, currency="KWD"), "10.001", "3.300"),
        (a_coupon(percent=33, currency="JPY"), "101", "33"),
        (a_coupon(percent=99, currency="JPY", cap=Decimal(98)), "100", "98"),
        (a_coupon(percent=1, currency="USD"), "0.99", "0"),
        (a_coupon(percent=1, currency="USD"), "1.00", "0.01"),
        (a_coupon(percent=50, currency="USD", minimum_order=Decimal(1)), "0.99", "0.49"),
        (a_coupon(percent=100, currency="KRW", cap=Decimal(10) ** 12), "1000000000000", "1000000000000"),
        (an_amount("1.001", currency="KWD"), "2", "1.001"),
        (an_amount("1.001", currency="KWD"), "1", "1"),
        (an_amount("5000", currency="JPY"), "4999.9", "4999"),
        (an_amount("5000"), "5000", "5000"),
        (an_amount("5000"), "4999", "4999"),
        (an_amount("5000"), "120000", "5000"),
        (an_amount("12.50", currency="EUR"), "12.49", "12.49"),
    ],
)
def test_a_discount_is_rounded_down_and_never_more_than_the_cap_or_the_order(
    coupon: Coupon, subtotal: str, discount: str
) -> None:
    assert discount_for(coupon, Decimal(subtotal)) == Decimal(discount)


@pytest.mark.parametrize(
    ("theirs", "refusal"),
    [
        (owned(a_coupon()), None),
        (owned(a_coupon(usable_from=NOW)), None),
        (owned(a_coupon(usable_from=NOW + INSTANT)), CouponRefusal.NOT_YET),
        (owned(a_coupon(usable_until=NOW)), CouponRefusal.EXPIRED),
        (owned(a_coupon(usable_until=NOW + INSTANT)), None),
        (owned(a_coupon(minimum_order=Decimal(50000))), None),
        (owned(a_coupon(minimum_order=Decimal(50001))), CouponRefusal.BELOW_MINIMUM),
        (owned(a_coupon(maximum_order=Decimal(50000))), None),
        (owned(a_coupon(maximum_order=Decimal(49999))), CouponRefusal.ABOVE_MAXIMUM),
        (owned(a_coupon(), HoldState.HELD), CouponRefusal.HELD),
        (owned(a_coupon(), HoldState.SPENT), CouponRefusal.USED),
        (owned(a_coupon(), HoldState.GIVEN_BACK), CouponRefusal.USED),
        (owned(a_coupon(usable_until=NOW), HoldState.SPENT), CouponRefusal.USED),
        (owned(a_coupon(), revoked=True), CouponRefusal.REVOKED),
        (owned(a_coupon(), HoldState.HELD, revoked=True), CouponRefusal.HELD),
        (owned(a_coupon(), HoldState.SPENT, revoked=True), CouponRefusal.USED),
        (owned(a_coupon(usable_until=NOW), revoked=True), CouponRefusal.REVOKED),
        (owned(a_coupon(usable_from=NOW + INSTANT), revoked=True), CouponRefusal.REVOKED),
    ],
)
def test_a_coupon_is_refused_for_the_first_reason_there_is(theirs: OwnedCoupon, refusal: CouponRefusal | None) -> None:
    assert refusal_for(theirs, Decimal(50000), NOW) is refusal


def test_what_refuses_a_coupon_says_why() -> None:
    ensure_usable(owned(a_coupon()), Decimal(1), NOW)
    with pytest.raises(NotUsable, match="expired") as refused:
        ensure_usable(owned(a_coupon(usable_until=NOW)), Decimal(1), NOW)
    assert refused.value.code == "COUPON_NOT_USABLE"


def test_every_refusal_has_its_words() -> None:
    assert set(REFUSED_BECAUSE) == set(CouponRefusal)


@pytest.mark.parametrize(
    ("theirs", "status"),
    [
        (owned(a_coupon()), UserCouponStatus.AVAILABLE),
        (owned(a_coupon(usable_from=NOW + INSTANT)), UserCouponStatus.AVAILABLE),
        (owned(a_coupon(usable_until=NOW)), UserCouponStatus.EXPIRED),
        (owned(a_coupon(usable_until=NOW), HoldState.HELD), UserCouponStatus.HELD),
        (owned(a_coupon(), HoldState.SPENT), UserCouponStatus.USED),
        (owned(a_coupon(), HoldState.GIVEN_BACK), UserCouponStatus.USED),
        (owned(a_coupon(), revoked=True), UserCouponStatus.REVOKED),
        (owned(a_coupon(usable_until=NOW), revoked=True), UserCouponStatus.REVOKED),
        (owned(a_coupon(), HoldState.HELD, revoked=True), UserCouponStatus.HELD),
        (owned(a_coupon(), HoldState.SPENT, revoked=True), UserCouponStatus.USED),
    ],
)
def test_a_coupon_stands_as_the_booking_that_has_it(theirs: OwnedCoupon, status: UserCouponStatus) -> None:
    assert status_of(theirs, NOW) is status


@pytest.mark.parametrize(
    ("coupon", "field", "code"),
    [
        (a_coupon(name=" "), "name", "EMPTY"),
        (a_coupon(name="x" * 201), "name", "TOO_LONG"),
        (a_coupon(name="a\0b"), "name", "NUL_CHARACTER"),
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
        (a_coupon(minimum_order=Decimal(2), maximum_order=Decimal(1)), "maximumOrder", "BELOW_MINIMUM"),
        (a_coupon(usable_until=NOW - timedelta(microseconds=1)), "usableUntil", "LESS_THAN_A_DAY"),
        (a_coupon(quantity=None), "quantity", "REQUIRED"),
        (a_coupon(quantity=0), "quantity", "OUT_OF_RANGE"),
        (a_coupon(quantity=1_000_001), "quantity", "OUT_OF_RANGE"),
        (a_coupon(kind=CouponKind.UNLIMITED), "quantity", "NOT_ALLOWED"),
    ],
)
def test_what_makes_no_coupon_is_refused_by_field(coupon: Coupon, field: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        ensure_coupon(coupon)
    assert [(each.field, each.code) for each in refused.value.fields] == [(field, code)]


@pytest.mark.parametrize(
    "coupon",
    [
        a_coupon(percent=1, quantity=1),
        a_coupon(percent=100, cap=Decimal(1), quantity=1_000_000),
        a_coupon(kind=CouponKind.UNLIMITED, quantity=None),
        a_coupon(minimum_order=Decimal(5), maximum_order=Decimal(5)),
        a_coupon(minimum_order=Decimal(0)),
        a_coupon(usable_until=NOW),
        an_amount("1"),
    ],
)
def test_what_is_just_allowed_is_allowed(coupon: Coupon) -> None:
    ensure_coupon(coupon)


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(InvalidInput) as refused:
        ensure_coupon(a_coupon(name="", percent=0, quantity=0))
    assert [each.field for each in refused.value.fields] == ["name", "discount.percent", "quantity"]


def test_amounts_are_cut_to_what_the_currency_can_pay() -> None:
    coupon = an_amount("12.999", currency="EUR", minimum_order=Decimal("0.019"))
    in_whole_units(coupon)
    assert (coupon.amount, coupon.minimum_order, coupon.maximum_order) == (Decimal("12.99"), Decimal("0.01"), None)


@pytest.mark.parametrize(
    ("state", "granted"),
    [
        (HoldState.ASKED, False),
        (HoldState.HELD, True),
        (HoldState.REFUSED, False),
        (HoldState.SPENT, True),
        (HoldState.RELEASED, False),
        (HoldState.LAPSED, False),
        (HoldState.GIVEN_BACK, True),
    ],
)
def test_a_hold_is_granted_until_it_is_let_go(state: HoldState, granted: bool) -> None:
    assert is_granted(a_hold(state)) is granted
