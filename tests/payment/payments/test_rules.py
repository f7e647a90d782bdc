"""What is true of payments, without any database or provider."""

from datetime import timedelta
from decimal import Decimal

import pytest

from subgraphs.payment.ledger.tables import Payment, PaymentStatus
from subgraphs.payment.payments import rules
from subgraphs.payment.payments.rules import Finding, Ticket
from subgraphs.payment.provider.snapshot import Snapshot, State
from subgraphs.payment.refunds.tables import RefundStatus
from tests.payment.rows import NOW, paid, payment, refund


def money(total: int = 100, currency: str = "KRW", cancelled: int = 0, state: State = State.PAID) -> Snapshot:
    return Snapshot(
        state, state.name, currency=currency, total=Decimal(total), cancelled=Decimal(cancelled), paid_at=NOW
    )


def found(row: Payment, snapshot: Snapshot, number: int = 1) -> Finding:
    return rules.finding(row, Ticket(row.id, number, 0), snapshot)


@pytest.mark.parametrize(
    ("status", "snapshot", "wanted"),
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
        ("CLOSED", Snapshot(State.READY, "READY"), Finding.KNOWN),
        ("READY", Snapshot(State.CANCELLED, "CANCELLED"), Finding.ENDED),
        ("READY", Snapshot(State.PENDING, "PAY_PENDING"), Finding.WAITING),
        ("READY", Snapshot(State.UNKNOWN, "?"), Finding.UNCLEAR),
        ("PAID", Snapshot(State.UNKNOWN, "?"), Finding.KNOWN),
    ],
)
def test_a_snapshot_means(status: str, snapshot: Snapshot, wanted: Finding) -> None:
    row = paid() if status == "PAID" else payment(status=PaymentStatus(status))
    assert found(row, snapshot) is wanted


@pytest.mark.parametrize("number", [1, 2, 3])
def test_only_a_read_begun_after_the_last_applied_counts(number: int) -> None:
    row = payment(read_applied=2)
    assert (found(row, money(), number) is Finding.STALE) == (number <= 2)


def test_nothing_is_news_about_money_that_is_here() -> None:
    assert found(paid(), Snapshot(State.FAILED, "FAILED")) is Finding.KNOWN
    assert found(paid(), money(total=1)) is Finding.KNOWN


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
    assert rules.must_close(row, NOW, undecided=status == "PENDING") is closes


def test_the_provider_is_asked_after_two_minutes_and_ever_more_rarely() -> None:
    assert rules.next_ask_at(payment(), [], NOW) == NOW + timedelta(minutes=2)
    old = payment(created_at=NOW - timedelta(hours=1))
    assert rules.next_ask_at(old, [], NOW) == NOW + timedelta(minutes=6)
    closed = payment(status=PaymentStatus.CLOSED, closed_at=NOW - timedelta(hours=5))
    assert rules.next_ask_at(closed, [], NOW) == NOW + timedelta(minutes=30)
    closed.closed_at = NOW - timedelta(hours=23)  # and once more when the watch ends
    assert rules.next_ask_at(closed, [], NOW) == NOW + timedelta(hours=1)
    closed.closed_at = NOW - timedelta(hours=24)
    assert rules.next_ask_at(closed, [], NOW) is None


def test_paid_payments_are_asked_about_only_for_refunds_that_move() -> None:
    owing = paid(refunding=Decimal(40))
    assert rules.next_ask_at(owing, [refund(status=RefundStatus.NEEDS_ACCOUNT)], NOW) is None
    later = NOW + timedelta(minutes=7)
    assert rules.next_ask_at(paid(), [refund(try_at=later)], NOW) == later
    under_way = refund(key="k", cancellable=Decimal(100), created_at=NOW)
    assert rules.next_ask_at(paid(), [refund(try_at=later), under_way], NOW) == NOW + timedelta(minutes=2)
    # What waits behind it is not due before it has ended; the longer it takes, the more rarely it is asked about.
    under_way.created_at = NOW - timedelta(hours=1)
    assert rules.next_ask_at(paid(), [refund(try_at=NOW), under_way], NOW) == NOW + timedelta(minutes=6)
    assert rules.next_ask_at(owing, [refund(status=RefundStatus.FAILED, try_at=None)], NOW) is None


@pytest.mark.parametrize(
    ("days_ago", "refunded", "hours"),
    [
        (0, 0, 6),
        (0.2, 0, 6),
        (1, 0, 24),
        (1, 40, 24),
        (100, 0, 2400),
        (300, 0, 1560),
        (365, 0, None),
        (1, 100, None),
    ],
)
def test_money_that_is_kept_is_looked_at_ever_more_rarely_for_a_year(
    days_ago: float, refunded: int, hours: int | None
) -> None:
    kept = paid(paid_at=NOW - timedelta(days=days_ago), refunded=Decimal(refunded))
    settled = refund(settled_at=NOW, status=RefundStatus.SUCCEEDED)
    assert rules.next_ask_at(kept, [settled] if refunded else [], NOW) == (
        None if hours is None else NOW + timedelta(hours=hours)
    )
