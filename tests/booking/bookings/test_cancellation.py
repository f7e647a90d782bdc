"""What cancelling costs: the fee is taken from the money first, then from the points, then from the coupon."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.ids import uuid7
from subgraphs.booking.bookings.cancellation import (
    NotCancellable,
    RefundChanged,
    by_guest,
    by_house,
    decide_cancellation,
    ensure_refund,
    fee_for,
    in_full,
)
from subgraphs.booking.bookings.rules import price_booking
from subgraphs.booking.bookings.snapshots import (
    BookedPlace,
    CancellationPolicy,
    CancellationTier,
    OtherRefunds,
    StayTerms,
)
from subgraphs.booking.bookings.tables import Booking, BookingStatus, Stage

SEOUL = ZoneInfo("Asia/Seoul")
CHECK_IN = date(2026, 5, 10)
MODERATE = ((7, 0), (3, 30), (1, 70))


def policy(*tiers: tuple[int, int]) -> CancellationPolicy:
    return CancellationPolicy(
        name="", tiers=tuple(CancellationTier(days_before=days, fee_percent=percent) for days, percent in tiers)
    )


def confirmed(*, subtotal: int = 100000, discount: int = 0, points: int = 0, tiers: Any = MODERATE) -> Booking:
    place = BookedPlace(
        accommodation_name="", room_type_name="", address_line="", check_in_time=time(15), check_out_time=time(11)
    )
    booking = Booking(
        guest_id=uuid7(),
        user_coupon_id=uuid7() if discount else None,
        check_in=CHECK_IN,
        check_out=CHECK_IN + timedelta(days=2),
        currency="KRW",
        status=BookingStatus.CONFIRMED,
        stage=Stage.CONFIRMED,
        subtotal=Decimal(subtotal),
        terms=StayTerms(place=place, nights=(), policy=None if tiers is None else policy(*tiers)),
    )
    price_booking(booking, Decimal(discount), points)
    booking.paid = booking.total or None
    return booking


def at(days_before: int, hour: int = 12) -> datetime:
    return datetime.combine(CHECK_IN - timedelta(days=days_before), time(hour), SEOUL)


def given_back(booking: Booking, now: datetime) -> tuple[int, int, int, bool]:
    done = by_guest(booking, "", now, SEOUL)
    return int(done.fee), int(done.refund), done.points_returned, done.coupon_returned


@pytest.mark.parametrize(("days_left", "percent"), [(30, 0), (7, 0), (6, 30), (3, 30), (2, 70), (1, 70), (0, 100)])
def test_the_first_tier_whose_days_are_left_applies(days_left: int, percent: int) -> None:
    assert fee_for(Decimal(100000), "KRW", policy(*MODERATE), days_left) == 1000 * percent


@pytest.mark.parametrize(("days_left", "fee"), [(365, 0), (1, 0), (0, 100000)])
def test_without_a_policy_it_is_free_until_the_day_before(days_left: int, fee: int) -> None:
    assert fee_for(Decimal(100000), "KRW", None, days_left) == fee


def test_a_policy_without_tiers_costs_everything() -> None:
    assert fee_for(Decimal(100000), "KRW", policy(), 365) == 100000


def test_fees_are_rounded_down_to_the_minor_unit() -> None:
    assert fee_for(Decimal(99999), "KRW", policy((0, 33)), 5) == 32999
    assert fee_for(Decimal("99.99"), "EUR", policy((0, 33)), 5) == Decimal("32.99")


def test_days_are_calendar_days_in_the_deployments_zone() -> None:
    booking = confirmed()
    midnight = datetime.combine(CHECK_IN - timedelta(days=6), time(), SEOUL)
    assert by_guest(booking, "", midnight - timedelta(seconds=1), SEOUL).fee == 0
    assert by_guest(booking, "", midnight, SEOUL).fee == 30000


@pytest.mark.parametrize(
    ("discount", "points", "days_left", "expected"),
    [
        # fee, refund, points, coupon
        (0, 0, 7, (0, 100000, 0, False)),
        (0, 0, 3, (30000, 70000, 0, False)),
        (0, 0, 0, (100000, 0, 0, False)),
        (20000, 30000, 7, (0, 50000, 30000, True)),
        (20000, 30000, 3, (30000, 20000, 30000, True)),
        (20000, 30000, 1, (70000, 0, 10000, True)),
        (20000, 30000, 0, (100000, 0, 0, False)),
        (0, 100000, 1, (70000, 0, 30000, False)),
        (100000, 0, 3, (30000, 0, 0, False)),
        (100000, 0, 7, (0, 0, 0, True)),
        (30000, 0, 1, (70000, 0, 0, True)),
    ],
)
def test_money_pays_the_fee_first_then_points_then_the_coupon(
    discount: int, points: int, days_left: int, expected: tuple[int, int, int, bool]
) -> None:
    assert given_back(confirmed(discount=discount, points=points), at(days_left)) == expected


def test_a_guest_can_cancel_until_they_may_come() -> None:
    booking = confirmed()
    assert by_guest(booking, "", at(0, 14), SEOUL).fee == 100000
    with pytest.raises(NotCancellable):
        by_guest(booking, "", at(0, 15), SEOUL)


def test_the_house_can_cancel_until_they_must_have_left_and_gives_all_back() -> None:
    booking = confirmed(discount=20000, points=30000)
    done = by_house(booking, "", at(-2, 10), SEOUL, by_policy=False)
    assert (done.by, done.fee, done.refund, done.points_returned, done.coupon_returned) == (
        "HOUSE",
        0,
        50000,
        30000,
        True,
    )
    with pytest.raises(NotCancellable):
        by_house(booking, "", at(-2, 11), SEOUL, by_policy=False)


def test_the_house_may_say_by_the_policy() -> None:
    assert by_house(confirmed(), "", at(3), SEOUL, by_policy=True).refund == 70000


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.CONFIRMED])
def test_what_is_not_confirmed_yet_costs_nothing_or_cannot_be_cancelled(stage: Stage) -> None:
    booking = confirmed(discount=20000, points=30000)
    booking.stage, booking.paid = stage, None
    cancellable = {
        *(Stage.HOLDING_NIGHTS, Stage.HOLDING_BENEFITS, Stage.OPENING_PAYMENT),
        *(Stage.AWAITING_PAYMENT, Stage.CLOSING_PAYMENT),
    }
    if stage in cancellable:
        assert given_back(booking, at(0)) == (0, 0, 30000, True)
    else:
        with pytest.raises(NotCancellable):
            by_guest(booking, "", at(30), SEOUL)


def test_another_refund_than_expected_is_refused() -> None:
    quoted = by_guest(confirmed(), "", at(3), SEOUL)
    ensure_refund(quoted, None)
    ensure_refund(quoted, Decimal("70000.0"))
    with pytest.raises(RefundChanged, match="70000"):
        ensure_refund(quoted, Decimal(100000))


def test_a_refund_of_zero_is_none() -> None:
    booking = confirmed()
    decide_cancellation(booking, by_guest(booking, "", at(0), SEOUL))
    assert (booking.refund_id, booking.refund_amount) == (None, None)


def test_a_coupon_that_can_not_be_used_any_more_does_not_come_back() -> None:
    booking = confirmed(discount=20000)
    booking.coupon_usable_until = at(7)
    assert by_guest(booking, "", at(7) - timedelta(microseconds=1), SEOUL).coupon_returned
    assert not by_guest(booking, "", at(7), SEOUL).coupon_returned
    assert not in_full(booking, "", at(7)).coupon_returned


@pytest.mark.parametrize(
    ("by_hand", "days_left", "refund"),
    [
        (30000, 7, 70000),
        (30000, 3, 70000),
        (30001, 3, 69999),
        (99999, 3, 1),
        (100000, 7, 0),
        (30000, 0, 0),
    ],
)
def test_no_more_goes_back_than_refunds_by_hand_have_left(by_hand: int, days_left: int, refund: int) -> None:
    booking = confirmed()
    booking.other_refunds = OtherRefunds(amounts={uuid7(): Decimal(by_hand - 1), uuid7(): Decimal(1)})
    assert by_guest(booking, "", at(days_left), SEOUL).refund == refund


amounts = st.integers(0, 1_000_000)
percents = st.integers(0, 100)


@st.composite
def bookings(draw: st.DrawFn) -> Booking:
    """A confirmed booking of any price, coupon, points and policy, and what went back of it by hand."""
    subtotal = draw(amounts)
    discount = subtotal * draw(percents) // 100
    points = (subtotal - discount) * draw(percents) // 100
    tiers = draw(st.none() | st.lists(st.tuples(st.integers(0, 60), percents), max_size=4))
    tiers = tiers if tiers is None else sorted(tiers, reverse=True)
    booking = confirmed(subtotal=subtotal, discount=discount, points=points, tiers=tiers)
    total = int(booking.total or 0)
    shares = draw(st.lists(st.integers(1, total // 3), max_size=3)) if total >= 3 else []
    booking.other_refunds = OtherRefunds(amounts={uuid7(): Decimal(share) for share in shares}) if shares else None
    booking.coupon_usable_until = draw(st.none() | st.integers(0, 90).map(at))
    return booking


@given(booking=bookings(), days_left=st.integers(0, 90))
def test_nothing_is_given_back_that_was_not_given_and_the_fee_is_never_exceeded(
    booking: Booking, days_left: int
) -> None:
    now = at(days_left)
    total, points = booking.total or Decimal(0), booking.points_used
    by_hand = booking.other_refunds.total() if booking.other_refunds else Decimal(0)
    good = booking.user_coupon_id is not None and now < (booking.coupon_usable_until or at(-9))
    done = by_guest(booking, "", now, SEOUL)
    assert 0 <= done.fee <= (booking.subtotal or 0)
    assert done.refund == min(max(Decimal(0), total - done.fee), total - by_hand)
    assert done.points_returned == max(0, points - max(Decimal(0), done.fee - total))
    assert done.coupon_returned == (good and done.fee <= total + points)
    # What is kept is the fee, as far as money and points go; only then is the coupon gone.
    kept = (total - max(done.refund, total - done.fee)) + (points - done.points_returned)
    assert kept <= done.fee
    assert by_hand or kept == min(done.fee, total + points)
    everything = in_full(booking, "", now)
    assert (everything.refund, everything.points_returned) == (total - by_hand, points)
    assert everything.coupon_returned == good


@given(booking=bookings(), days_left=st.integers(0, 90))
def test_what_is_written_down_is_what_was_quoted(booking: Booking, days_left: int) -> None:
    quoted = by_guest(booking, "", at(days_left), SEOUL)
    ensure_refund(quoted, quoted.refund)
    decide_cancellation(booking, quoted)
    assert booking.cancellation == quoted
    assert (booking.refund_amount or 0) == quoted.refund
    assert (booking.refund_id is None) == (quoted.refund == 0)
    returned = booking.other_refunds.total() if booking.other_refunds else Decimal(0)
    assert (booking.paid or 0) - (booking.refund_amount or 0) - returned >= 0
