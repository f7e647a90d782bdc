"""What is true of payments, without any database or provider."""

from datetime import timedelta
from decimal import Decimal

import pytest

from chassis import clock
from chassis.errors import InvalidInput
from chassis.ids import uuid7
from subgraphs.payment.payments import rules
from subgraphs.payment.payments.reading import Cancellation, Outcome, Reading, State, Ticket
from subgraphs.payment.payments.rules import Finding
from subgraphs.payment.payments.tables import Payment, PaymentStatus, Refund, RefundCause, RefundStatus

NOW = clock.now()
HUNDRED = Decimal(100)


def payment(**changed: object) -> Payment:
    fields = {
        "booking_id": uuid7(),
        "payer_id": uuid7(),
        "order_name": "Seaside",
        "amount": HUNDRED,
        "currency": "KRW",
        "due_at": NOW,
        "created_at": NOW,
    }
    return Payment(**(fields | changed))


def paid(**changed: object) -> Payment:
    return payment(
        **({"status": PaymentStatus.PAID, "paid_at": NOW, "paid_amount": HUNDRED, "paid_currency": "KRW"} | changed)
    )


def refund(**changed: object) -> Refund:
    fields = {
        "payment_id": uuid7(),
        "amount": Decimal(40),
        "currency": "KRW",
        "reason": "cancelled",
        "cause": RefundCause.ASKED,
        "status": RefundStatus.REQUESTED,
    }
    return Refund(**(fields | changed))


def money(total: int = 100, currency: str = "KRW", cancelled: int = 0, state: State = State.PAID) -> Reading:
    return Reading(
        state, state.name, currency=currency, total=Decimal(total), cancelled=Decimal(cancelled), paid_at=NOW
    )


def found(row: Payment, reading: Reading, number: int = 1) -> Finding:
    return rules.finding(row, Ticket(row.id, number, 0), reading)


@pytest.mark.parametrize(
    ("status", "reading", "wanted"),
    [
        ("READY", money(), Finding.PAID),
        ("PENDING", money(), Finding.PAID),
        ("FAILED", money(), Finding.PAID),
        ("VIRTUAL_ACCOUNT_ISSUED", money(), Finding.PAID),
        ("READY", money(total=99), Finding.WRONG_AMOUNT),
        ("READY", money(total=101), Finding.WRONG_AMOUNT),
        ("READY", money(currency="JPY"), Finding.WRONG_AMOUNT),
        ("READY", money(cancelled=1, state=State.CANCELLED), Finding.WRONG_AMOUNT),
        ("CLOSED", money(), Finding.LATE),
        ("CLOSED", money(total=99), Finding.LATE),
        ("CLOSED", Reading(State.READY, "READY"), Finding.KNOWN),
        ("READY", Reading(State.CANCELLED, "CANCELLED"), Finding.ENDED),
        ("READY", Reading(State.PENDING, "PAY_PENDING"), Finding.WAITING),
        ("READY", Reading(State.UNKNOWN, "?"), Finding.STALE),
    ],
)
def test_a_reading_means(status: str, reading: Reading, wanted: Finding) -> None:
    assert found(payment(status=PaymentStatus(status)), reading) is wanted


@pytest.mark.parametrize("number", [1, 2, 3])
def test_only_a_read_begun_after_the_last_applied_counts(number: int) -> None:
    row = payment(read_applied=2)
    assert (found(row, money(), number) is Finding.STALE) == (number <= 2)


def test_nothing_is_news_about_money_that_is_here() -> None:
    assert found(paid(), Reading(State.FAILED, "FAILED")) is Finding.KNOWN
    assert found(paid(), money(total=1)) is Finding.KNOWN


@pytest.mark.parametrize(
    ("refunded", "status"), [(0, "PAID"), (1, "PARTIALLY_REFUNDED"), (99, "PARTIALLY_REFUNDED"), (100, "REFUNDED")]
)
def test_the_status_of_money_says_how_much_went_back(refunded: int, status: str) -> None:
    assert rules.status_of_money(paid(refunded=Decimal(refunded))) == status


@pytest.mark.parametrize(
    ("status", "asked", "pending_until", "closes"),
    [
        ("READY", True, None, True),
        ("READY", False, None, False),
        ("FAILED", True, None, True),
        ("PENDING", True, None, False),
        ("PENDING", True, timedelta(seconds=1), False),
        ("PENDING", True, timedelta(0), True),
        ("VIRTUAL_ACCOUNT_ISSUED", True, None, False),
        ("PAID", True, None, False),
        ("CLOSED", True, None, False),
    ],
)
def test_a_payment_that_was_asked_to_close_ends(
    status: str, *, asked: bool, pending_until: timedelta | None, closes: bool
) -> None:
    row = payment(
        status=PaymentStatus(status),
        close_requested_at=NOW if asked else None,
        pending_until=None if pending_until is None else NOW + pending_until,
    )
    assert rules.must_close(row, NOW) is closes


@pytest.mark.parametrize(
    ("refunded", "refunding", "amount", "refusal"),
    [
        (0, 0, 100, None),
        (0, 0, 101, "REFUND_EXCEEDS_PAYMENT"),
        (60, 0, 40, None),
        (60, 0, 41, "REFUND_EXCEEDS_PAYMENT"),
        (30, 30, 40, None),
        (30, 30, 41, "REFUND_EXCEEDS_PAYMENT"),
        (0, 0, 0, "NOT_AN_AMOUNT"),
    ],
)
def test_no_more_goes_back_than_came(refunded: int, refunding: int, amount: int, refusal: str | None) -> None:
    row = paid(refunded=Decimal(refunded), refunding=Decimal(refunding))
    assert rules.refusal_to_refund(row, Decimal(amount)) == refusal


def test_parts_of_a_minor_unit_are_no_amount() -> None:
    assert rules.refusal_to_refund(paid(), Decimal("0.5")) == "NOT_AN_AMOUNT"
    assert rules.refusal_to_refund(paid(paid_currency="EUR"), Decimal("0.5")) is None


def test_a_refund_under_way_is_sent_before_any_other() -> None:
    waiting = refund(try_at=NOW)
    under_way = refund(key="k", cancellable=HUNDRED, try_at=NOW)
    assert rules.next_to_send([waiting, under_way], NOW) is under_way
    under_way.try_at = NOW + timedelta(seconds=1)
    assert rules.next_to_send([waiting, under_way], NOW) is None
    under_way.settled_at = NOW
    assert rules.next_to_send([waiting, under_way], NOW) is waiting


def cancellation(id_: str, amount: int, outcome: Outcome = Outcome.SUCCEEDED) -> Cancellation:
    return Cancellation(id_, outcome, Decimal(amount))


def holding(*cancellations: Cancellation) -> Reading:
    return Reading(State.PAID, "PAID", currency="KRW", total=HUNDRED, paid_at=NOW, cancellations=cancellations)


def test_a_refund_is_recognised_among_the_providers_cancellations() -> None:
    ours = refund(key="k", cancellable=HUNDRED)
    assert rules.cancellation_of(ours, holding(), ()) is None
    assert rules.cancellation_of(ours, holding(cancellation("a", 39)), ()) is None
    assert rules.cancellation_of(ours, holding(cancellation("a", 40)), ("a",)) is None
    assert rules.cancellation_of(ours, holding(cancellation("a", 40, Outcome.FAILED)), ()) is None
    lost = cancellation("b", 40, Outcome.REQUESTED)
    assert rules.cancellation_of(ours, holding(cancellation("a", 40), lost), ("a",)) is lost
    ours.cancellation_id = "c"
    assert rules.cancellation_of(ours, holding(cancellation("a", 40)), ("c",)) is None
    failed = cancellation("c", 40, Outcome.FAILED)
    assert rules.cancellation_of(ours, holding(failed), ("c",)) is failed


def test_what_can_be_cancelled_is_neither_back_nor_on_its_way() -> None:
    reading = Reading(
        State.CANCELLED,
        "PARTIAL_CANCELLED",
        total=HUNDRED,
        cancelled=Decimal(10),
        cancellations=(
            cancellation("a", 10),
            cancellation("b", 20, Outcome.REQUESTED),
            cancellation("c", 30, Outcome.FAILED),
        ),
    )
    assert reading.cancellable == 70


def test_refunds_are_tried_again_ever_more_rarely() -> None:
    waits = [rules.retry_refund_after(attempts) for attempts in (0, 1, 2, 40, 5_000)]
    assert waits == [timedelta(seconds=30), timedelta(seconds=60), timedelta(seconds=120)] + [timedelta(hours=6)] * 2


def test_the_provider_is_asked_after_two_minutes_and_ever_more_rarely() -> None:
    assert rules.next_asking(payment(), [], NOW) == NOW + timedelta(minutes=2)
    old = payment(created_at=NOW - timedelta(hours=1))
    assert rules.next_asking(old, [], NOW) == NOW + timedelta(minutes=6)
    closed = payment(status=PaymentStatus.CLOSED, closed_at=NOW - timedelta(hours=5))
    assert rules.next_asking(closed, [], NOW) == NOW + timedelta(minutes=30)
    closed.closed_at = NOW - timedelta(hours=24)
    assert rules.next_asking(closed, [], NOW) is None


def test_paid_payments_are_asked_about_only_for_refunds_that_move() -> None:
    assert rules.next_asking(paid(), [], NOW) is None
    assert rules.next_asking(paid(), [refund(status=RefundStatus.NEEDS_ACCOUNT)], NOW) is None
    assert rules.next_asking(paid(), [refund(settled_at=NOW, status=RefundStatus.SUCCEEDED)], NOW) is None
    later = NOW + timedelta(minutes=7)
    assert rules.next_asking(paid(), [refund(try_at=later)], NOW) == later
    assert rules.next_asking(paid(), [refund(try_at=later), refund()], NOW) == NOW + timedelta(minutes=2)


@pytest.mark.parametrize(
    ("bank", "number", "holder", "wrong"),
    [
        ("SHINHAN", "110-123-456", "Kim", []),
        ("shinhan", "110-123-456", "Kim", ["bank"]),
        ("SHINHAN", "1", "", ["number", "holder"]),
    ],
)
def test_a_bank_account_has_a_form(bank: str, number: str, holder: str, wrong: list[str]) -> None:
    if not wrong:
        rules.ensure_account(bank, number, holder)
        return
    with pytest.raises(InvalidInput) as refused:
        rules.ensure_account(bank, number, holder)
    assert [each.field for each in refused.value.fields] == wrong
