"""When a mail is tried again, given up, or of no use any more."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from subgraphs.account.bookings.tables import Booking
from subgraphs.account.notices.rules import GIVE_UP_AFTER, is_given_up, is_late, reminder_due_at, wait_after
from subgraphs.account.notices.tables import Kind, Notice

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def a_notice(kind: Kind = Kind.PAYMENT_REMINDER, created_at: datetime = NOW) -> Notice:
    return Notice(kind=kind, subject_id=UUID(int=1), created_at=created_at, due_at=NOW)


def a_booking(status: str) -> Booking:
    days = {"check_in": date(2026, 12, 1), "check_out": date(2026, 12, 2)}
    return Booking(id=UUID(int=1), guest_id=UUID(int=2), code="X", status=status, currency="KRW", **days)


def test_it_waits_twice_as_long_each_time_up_to_a_quarter_of_an_hour() -> None:
    seconds = [wait_after(tries).total_seconds() for tries in (1, 2, 3, 6, 7, 100, 10_000)]
    assert seconds == [15, 30, 60, 480, 900, 900, 900]


@pytest.mark.parametrize(
    ("left", "before"), [(timedelta(hours=24), 60), (timedelta(hours=2), 60), (timedelta(minutes=10), 5)]
)
def test_a_reminder_comes_an_hour_before_or_halfway(left: timedelta, before: int) -> None:
    assert reminder_due_at(NOW, NOW + left) == NOW + left - timedelta(minutes=before)


@pytest.mark.parametrize(
    ("status", "due_in", "late"),
    [
        ("PENDING", 1, False),
        ("AWAITING_PAYMENT", 1, False),
        ("AWAITING_PAYMENT", 0, True),
        ("CONFIRMED", 1, True),
        ("EXPIRED", 1, True),
        ("CANCELLED", 1, True),
    ],
)
def test_a_reminder_is_late_once_nothing_can_be_paid(status: str, due_in: int, late: bool) -> None:
    assert is_late(a_notice(), a_booking(status), NOW + timedelta(seconds=due_in), NOW) is late


def test_other_mails_are_never_late() -> None:
    assert not is_late(a_notice(Kind.BOOKING_CONFIRMED), a_booking("CANCELLED"), None, NOW)


def test_a_mail_is_given_up_after_three_days() -> None:
    assert not is_given_up(a_notice(created_at=NOW - GIVE_UP_AFTER + timedelta(seconds=1)), NOW)
    assert is_given_up(a_notice(created_at=NOW - GIVE_UP_AFTER), NOW)
