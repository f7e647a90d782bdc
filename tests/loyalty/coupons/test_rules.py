"""What a coupon takes off, when it can't be used, and who may be given or lose one."""

from contextlib import nullcontext
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import FieldError, InvalidInput
from chassis.money import round_down
from subgraphs.loyalty.coupons.rules import (
    REFUSED_BECAUSE,
    AlreadyUsed,
    CouponRefusal,
    NotUsable,
    OwnedCoupon,
    UserCouponStatus,
    discount_for,
    ensure_free,
    ensure_grantable,
    ensure_revocable,
    ensure_usable,
    is_granted,
    quote_for,
    refusal_for,
    status_of,
)
from subgraphs.loyalty.coupons.tables import Coupon, CouponKind, HoldState
from subgraphs.loyalty.coupons.terms import in_whole_units
from tests.loyalty.coupons.rows import DAY, INSTANT, NOW, a_coupon, a_hold, an_amount, owned


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


AMOUNTS = st.decimals(0, 10**12, places=4)
COUPONS = st.one_of(
    st.builds(
        lambda percent, cap, currency: a_coupon(percent=percent, cap=cap, currency=currency),
        st.integers(1, 100),
        st.none() | st.decimals("0.0001", 10**12, places=4),
        st.sampled_from(["KRW", "JPY", "USD", "KWD"]),
    ),
    st.builds(
        lambda amount, currency: an_amount(amount, currency=currency),
        st.decimals("0.0001", 10**12, places=4).map(str),
        st.sampled_from(["KRW", "JPY", "USD", "KWD"]),
    ),
)


@given(coupon=COUPONS, subtotal=AMOUNTS, more=AMOUNTS)
def test_whatever_the_coupon_and_the_order(coupon: Coupon, subtotal: Decimal, more: Decimal) -> None:
    """Never more than the order or the cap, in whole minor units, and never less for a larger order."""
    in_whole_units(coupon)
    discount = discount_for(coupon, subtotal)
    assert 0 <= discount <= subtotal
    assert coupon.cap is None or discount <= coupon.cap
    assert coupon.amount is None or discount <= coupon.amount
    assert discount == round_down(discount, coupon.currency)
    assert discount_for(coupon, subtotal + more) >= discount


@given(coupon=COUPONS, amount=AMOUNTS, balance=st.integers(0, 2**31 - 1))
def test_discount_and_points_together_never_pay_more_than_the_order(
    coupon: Coupon, amount: Decimal, balance: int
) -> None:
    """And one point more would, or there is none."""
    in_whole_units(coupon)
    quote = quote_for(owned(coupon), amount, balance, NOW)
    assert quote.refusal is None
    assert quote.discount + quote.max_points <= amount
    assert quote.max_points == balance or quote.discount + quote.max_points + 1 > amount


@pytest.mark.parametrize(
    ("coupon", "code"),
    [
        (a_coupon(), "LIMITED"),
        (a_coupon(kind=CouponKind.UNLIMITED, quantity=None, usable_until=NOW), "EXPIRED"),
    ],
)
def test_what_nobody_may_be_given_is_refused(coupon: Coupon, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        ensure_grantable(coupon, NOW)
    assert refused.value.fields == (FieldError("couponId", code),)


def test_an_unlimited_coupon_may_be_given_up_to_its_last_moment_and_before_its_first() -> None:
    ensure_grantable(a_coupon(kind=CouponKind.UNLIMITED, quantity=None, usable_until=NOW + INSTANT), NOW)
    ensure_grantable(a_coupon(kind=CouponKind.UNLIMITED, quantity=None, usable_from=NOW + INSTANT), NOW)


@pytest.mark.parametrize(
    ("held", "refused"),
    [(None, False), (HoldState.HELD, False), (HoldState.SPENT, True), (HoldState.GIVEN_BACK, True)],
)
def test_only_a_used_coupon_cant_be_revoked(held: HoldState | None, refused: bool) -> None:
    with pytest.raises(AlreadyUsed) if refused else nullcontext():
        ensure_revocable(owned(a_coupon(), held))


@pytest.mark.parametrize(
    ("theirs", "message"),
    [
        (owned(a_coupon()), None),
        (owned(a_coupon(usable_until=NOW - DAY)), None),
        (owned(a_coupon(), HoldState.HELD), "The hold lapsed, and another booking has the coupon since."),
        (owned(a_coupon(), revoked=True), "The hold lapsed, and the coupon was revoked since."),
    ],
)
def test_a_lapsed_hold_has_its_coupon_again_unless_it_went_elsewhere(theirs: OwnedCoupon, message: str | None) -> None:
    with pytest.raises(NotUsable, match=message) if message else nullcontext():
        ensure_free(theirs)
