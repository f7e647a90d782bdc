"""The flow's table: complete, without dead ends, and past is past."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from chassis import clock
from chassis.ids import uuid7
from subgraphs.booking.bookings.flow import (
    ANSWERS,
    FLOW,
    STATUS,
    Move,
    Signal,
    asked_by,
    is_awaited,
    move_on,
    strike_answered,
)
from subgraphs.booking.bookings.rules import FINAL
from subgraphs.booking.bookings.snapshots import OtherRefunds
from subgraphs.booking.bookings.tables import PAYABLE, Ask, Booking, BookingStatus, Stage

FLOWS = Path(__file__).resolve().parents[3] / "docs/flows.md"
OWN = {Signal.DUE_TIME_PASSED, Signal.STAY_OVER, Signal.CANCEL, Signal.OTHER_REFUND_BACK}


def booking_at(stage: Stage, **given: Any) -> Booking:
    known: dict[str, Any] = {
        "code": "22222222",
        "guest_id": uuid7(),
        "idempotency_key": "key",
        "fingerprint": "",
        "room_type_id": uuid7(),
        "check_in": date(2026, 5, 1),
        "check_out": date(2026, 5, 3),
        "guests": 2,
        "rooms": 1,
        "guest_name": "Kim Minji",
        "guest_phone": "010-1234-5678",
        "guest_number": "+821012345678",
        "currency": "KRW",
        "status": STATUS[stage] or BookingStatus.PENDING,
        "stage": stage,
        "total": Decimal(110000),
        "payment_due_at": clock.now(),
    }
    return Booking(**(known | given))


def moves() -> Iterator[tuple[Stage, Signal, Move]]:
    for stage, row in FLOW.items():
        for signal, possible in row.items():
            for move in possible:
                yield stage, signal, move


def test_every_stage_has_its_row_and_every_ask_its_answers() -> None:
    assert set(FLOW) == set(STATUS) == set(Stage)
    assert set(ANSWERS) == set(Ask)


def test_every_signal_is_waited_for_somewhere() -> None:
    waited_for = {signal for row in FLOW.values() for signal in row} | {s for each in ANSWERS.values() for s in each}
    assert waited_for == set(Signal)


def test_every_stage_can_be_reached() -> None:
    reached = {Stage.HOLDING_NIGHTS}
    while more := {move.to for stage, _, move in moves() if stage in reached} - reached:
        reached |= more
    assert reached == set(Stage)


def test_whatever_is_asked_on_the_way_can_still_be_taken_there() -> None:
    for _, _, move in moves():
        for ask in move.asks:
            booking = booking_at(move.to, asks=[ask])
            assert all(is_awaited(booking, signal) for signal in ANSWERS[ask])


def test_stages_that_end_a_flow_ask_for_nothing_but_what_undoes_it() -> None:
    ended = {stage for stage, status in STATUS.items() if status in FINAL}
    undoing = {Ask.RELEASE_HOLD, Ask.RELEASE_BENEFITS, Ask.REFUND_PAYMENT}
    assert {ask for _, _, move in moves() for ask in move.asks if move.to in ended} <= undoing
    assert all(move.to is stage for stage, _, move in moves() if stage in ended)


def test_the_due_time_decides_exactly_where_the_sweeper_looks() -> None:
    assert {stage for stage, row in FLOW.items() if Signal.DUE_TIME_PASSED in row} == set(PAYABLE)


def test_once_a_payment_was_asked_for_only_payment_ends_the_wait() -> None:
    for stage in (Stage.OPENING_PAYMENT, Stage.AWAITING_PAYMENT):
        assert [move.to for move in FLOW[stage][Signal.DUE_TIME_PASSED]] == [Stage.CLOSING_PAYMENT]
    assert OWN & set(FLOW[Stage.CLOSING_PAYMENT]) == {Signal.CANCEL}


@pytest.mark.parametrize(
    ("stage", "signal"), [(stage, signal) for stage in Stage for signal in Signal if signal not in FLOW[stage]]
)
def test_what_a_stage_does_not_wait_for_changes_nothing(stage: Stage, signal: Signal) -> None:
    booking = booking_at(stage)
    before = booking.model_dump()
    assert not is_awaited(booking, signal)
    assert not strike_answered(booking, signal)
    assert move_on(booking, signal) is None
    assert booking.model_dump() == before


def test_money_is_taken_wherever_a_payment_may_still_be_open() -> None:
    takes_money = {stage for stage, row in FLOW.items() if Signal.PAYMENT_PAID in row}
    assert takes_money == {
        *(Stage.OPENING_PAYMENT, Stage.AWAITING_PAYMENT, Stage.CLOSING_PAYMENT),
        *(Stage.REFUSED, Stage.EXPIRED, Stage.CANCELLING, Stage.CANCELLED),
    }


def test_once_money_was_taken_it_is_confirmed_before_it_can_be_cancelled() -> None:
    cancellable = {stage for stage, row in FLOW.items() if Signal.CANCEL in row}
    assert cancellable == set(PAYABLE) | {Stage.CLOSING_PAYMENT, Stage.CONFIRMED}


WITH_COUPON = {"user_coupon_id": uuid7()}
BY_HAND = {"other_refunds": OtherRefunds().asked(uuid7(), Decimal(1))}
FREE = {"total": Decimal(0)}
CHEAPER = {"expected_total": Decimal(109999)}
S, A = Signal, Ask
AGREED = {"expected_total": Decimal("110000.00")}


# Where it is, how it is, what it is told; where it then goes and what it asks. None: it stays as it is.
@pytest.mark.parametrize(
    ("at", "given", "signal", "to", "asks"),
    [
        # hold nights
        (Stage.HOLDING_NIGHTS, {}, S.NIGHTS_HELD, Stage.OPENING_PAYMENT, [A.OPEN_PAYMENT]),
        (Stage.HOLDING_NIGHTS, AGREED, S.NIGHTS_HELD, Stage.OPENING_PAYMENT, [A.OPEN_PAYMENT]),
        (Stage.HOLDING_NIGHTS, WITH_COUPON, S.NIGHTS_HELD, Stage.HOLDING_BENEFITS, [A.HOLD_BENEFITS]),
        (Stage.HOLDING_NIGHTS, WITH_COUPON | CHEAPER, S.NIGHTS_HELD, Stage.HOLDING_BENEFITS, [A.HOLD_BENEFITS]),
        (Stage.HOLDING_NIGHTS, CHEAPER, S.NIGHTS_HELD, Stage.REFUSED, [A.RELEASE_HOLD]),
        (Stage.HOLDING_NIGHTS, FREE, S.NIGHTS_HELD, Stage.CONFIRMING, [A.CONFIRM_HOLD]),
        (Stage.HOLDING_NIGHTS, {}, S.NIGHTS_REFUSED, Stage.REFUSED, []),
        # hold coupon and points
        (Stage.HOLDING_BENEFITS, WITH_COUPON, S.BENEFITS_HELD, Stage.OPENING_PAYMENT, [A.OPEN_PAYMENT]),
        (Stage.HOLDING_BENEFITS, WITH_COUPON, S.BENEFITS_REFUSED, Stage.REFUSED, [A.RELEASE_HOLD]),
        # compare the total
        (
            Stage.HOLDING_BENEFITS,
            WITH_COUPON | CHEAPER,
            S.BENEFITS_HELD,
            Stage.REFUSED,
            [A.RELEASE_HOLD, A.RELEASE_BENEFITS],
        ),
        (
            Stage.HOLDING_BENEFITS,
            WITH_COUPON | FREE,
            S.BENEFITS_HELD,
            Stage.CONFIRMING,
            [A.CONFIRM_HOLD, A.SPEND_BENEFITS],
        ),
        # open a payment
        (Stage.OPENING_PAYMENT, {}, S.PAYMENT_OPENED, Stage.AWAITING_PAYMENT, []),
        (
            Stage.OPENING_PAYMENT,
            WITH_COUPON,
            S.PAYMENT_REFUSED,
            Stage.REFUSED,
            [A.RELEASE_HOLD, A.RELEASE_BENEFITS],
        ),
        # account number issued or moved
        (
            Stage.AWAITING_PAYMENT,
            WITH_COUPON,
            S.ACCOUNT_ISSUED,
            Stage.AWAITING_PAYMENT,
            [A.EXTEND_HOLD, A.EXTEND_BENEFITS],
        ),
        (Stage.AWAITING_PAYMENT, {}, S.NIGHTS_LOST, Stage.CLOSING_PAYMENT, [A.CLOSE_PAYMENT]),
        # paid
        (
            Stage.AWAITING_PAYMENT,
            WITH_COUPON,
            S.PAYMENT_PAID,
            Stage.CONFIRMING,
            [A.CONFIRM_HOLD, A.SPEND_BENEFITS],
        ),
        (Stage.CONFIRMING, {}, S.NIGHTS_CONFIRMED, Stage.CONFIRMED, []),
        (Stage.CONFIRMING, WITH_COUPON | {"asks": [A.SPEND_BENEFITS]}, S.NIGHTS_CONFIRMED, None, []),
        (Stage.CONFIRMING, WITH_COUPON, S.BENEFITS_SPENT, Stage.CONFIRMED, []),
        (
            Stage.CONFIRMING,
            WITH_COUPON | {"refund_amount": Decimal(110000)},
            S.NIGHTS_LOST,
            Stage.CANCELLING,
            [A.RELEASE_HOLD, A.GIVE_BACK_BENEFITS, A.REFUND_PAYMENT],
        ),
        # the due time passed
        (Stage.HOLDING_NIGHTS, {}, S.DUE_TIME_PASSED, Stage.EXPIRED, [A.RELEASE_HOLD]),
        (
            Stage.HOLDING_BENEFITS,
            WITH_COUPON,
            S.DUE_TIME_PASSED,
            Stage.EXPIRED,
            [A.RELEASE_HOLD, A.RELEASE_BENEFITS],
        ),
        (Stage.AWAITING_PAYMENT, {}, S.DUE_TIME_PASSED, Stage.CLOSING_PAYMENT, [A.CLOSE_PAYMENT]),
        (
            Stage.CLOSING_PAYMENT,
            WITH_COUPON,
            S.PAYMENT_CLOSED,
            Stage.EXPIRED,
            [A.RELEASE_HOLD, A.RELEASE_BENEFITS],
        ),
        (Stage.CLOSING_PAYMENT, {}, S.PAYMENT_PAID, Stage.CONFIRMING, [A.CONFIRM_HOLD]),
        # the day after check-out
        (Stage.CONFIRMED, {}, S.STAY_OVER, Stage.COMPLETED, []),
        # cancelling
        (Stage.HOLDING_NIGHTS, {}, S.CANCEL, Stage.CANCELLING, [A.RELEASE_HOLD]),
        (
            Stage.AWAITING_PAYMENT,
            WITH_COUPON,
            S.CANCEL,
            Stage.CANCELLING,
            [A.CLOSE_PAYMENT, A.RELEASE_HOLD, A.RELEASE_BENEFITS],
        ),
        (Stage.CONFIRMING, {}, S.CANCEL, None, []),
        (Stage.CONFIRMED, {}, S.CANCEL, Stage.CANCELLING, [A.RELEASE_HOLD]),
        (
            Stage.CONFIRMED,
            WITH_COUPON | {"refund_amount": Decimal(1)},
            S.CANCEL,
            Stage.CANCELLING,
            [A.RELEASE_HOLD, A.GIVE_BACK_BENEFITS, A.REFUND_PAYMENT],
        ),
        (Stage.CANCELLING, {"asks": [A.REFUND_PAYMENT]}, S.NIGHTS_RELEASED, None, []),
        (Stage.CANCELLING, {}, S.PAYMENT_REFUNDED, Stage.CANCELLED, []),
        (Stage.CANCELLING, BY_HAND, S.PAYMENT_REFUNDED, None, []),
        (Stage.CANCELLING, BY_HAND, S.OTHER_REFUND_BACK, None, []),
        (Stage.CANCELLING, {"asks": [A.REFUND_PAYMENT]}, S.OTHER_REFUND_BACK, None, []),
        (Stage.CANCELLING, {}, S.OTHER_REFUND_BACK, Stage.CANCELLED, []),
        (Stage.CONFIRMING, BY_HAND, S.NIGHTS_CONFIRMED, Stage.CONFIRMED, []),
        # paid after it was cancelled or expired
        (
            Stage.CANCELLING,
            {"refund_amount": Decimal(110000)},
            S.PAYMENT_PAID,
            Stage.CANCELLING,
            [A.REFUND_PAYMENT],
        ),
        (Stage.EXPIRED, {"refund_amount": Decimal(110000)}, S.PAYMENT_PAID, Stage.EXPIRED, [A.REFUND_PAYMENT]),
        (Stage.CANCELLED, {"refund_amount": Decimal(110000)}, S.PAYMENT_PAID, Stage.CANCELLED, [A.REFUND_PAYMENT]),
    ],
)
def test_the_flow_row_by_row(
    at: Stage, given: dict[str, Any], signal: Signal, to: Stage | None, asks: list[Ask]
) -> None:
    booking = booking_at(at, **given)
    move = move_on(booking, signal)
    assert (move and move.to, list(asked_by(booking, move)) if move else []) == (to, asks)


def test_a_booking_without_coupon_and_points_asks_loyalty_nothing() -> None:
    plain = booking_at(Stage.HOLDING_NIGHTS)
    move = move_on(plain, Signal.NIGHTS_HELD)
    assert move is not None
    assert (move.to, asked_by(plain, move)) == (Stage.OPENING_PAYMENT, (Ask.OPEN_PAYMENT,))
    paid = booking_at(Stage.AWAITING_PAYMENT)
    move = move_on(paid, Signal.PAYMENT_PAID)
    assert move is not None
    assert asked_by(paid, move) == (Ask.CONFIRM_HOLD,)


@pytest.mark.parametrize("wanted", [{"user_coupon_id": uuid7()}, {"points": 1}])
def test_a_coupon_or_points_alone_are_asked_of_loyalty(wanted: dict[str, Any]) -> None:
    booking = booking_at(Stage.HOLDING_NIGHTS, **wanted)
    move = move_on(booking, Signal.NIGHTS_HELD)
    assert move is not None
    assert (move.to, asked_by(booking, move)) == (Stage.HOLDING_BENEFITS, (Ask.HOLD_BENEFITS,))


def test_confirming_waits_for_all_who_were_asked() -> None:
    booking = booking_at(Stage.CONFIRMING, asks=[Ask.CONFIRM_HOLD, Ask.SPEND_BENEFITS])
    assert strike_answered(booking, Signal.BENEFITS_SPENT)
    assert move_on(booking, Signal.BENEFITS_SPENT) is None
    assert strike_answered(booking, Signal.NIGHTS_CONFIRMED)
    move = move_on(booking, Signal.NIGHTS_CONFIRMED)
    assert move is not None
    assert move.to is Stage.CONFIRMED


def test_a_price_that_changed_is_refused_before_a_total_of_zero_is_confirmed() -> None:
    booking = booking_at(Stage.HOLDING_BENEFITS, points=1, total=Decimal(0), expected_total=Decimal(5))
    move = move_on(booking, Signal.BENEFITS_HELD)
    assert move is not None
    assert move.to is Stage.REFUSED


def test_the_drawn_flow_is_the_flow() -> None:
    drawn = re.findall(
        r"^    ([A-Z_]+) --> ([A-Z_]+): ([a-z.-]+)(?: \[.+?\])?(?: / (.+))?$", FLOWS.read_text(), re.MULTILINE
    )

    def short(name: str) -> str:
        return name.split(".", 1)[1]

    told = [(stage, move.to, short(signal), ", ".join(map(short, move.asks))) for stage, signal, move in moves()]
    assert sorted(drawn) == sorted(told)
