"""What is true of notices: when one is tried again, and when it is given up or of no use any more."""

from datetime import datetime, timedelta

from ..bookings.tables import Booking
from .tables import Kind, Notice

LEASE = timedelta(minutes=10)
"""For a batch of mails to be sent; then somebody else may take up what was not."""
GIVE_UP_AFTER = timedelta(days=3)
_REMINDED_BEFORE = timedelta(hours=1)
_LONGEST_WAIT = timedelta(minutes=15)


def wait_after(tries: int) -> timedelta:
    """Doubles from 15 seconds on."""
    return min(timedelta(seconds=15 * 2 ** min(tries - 1, 10)), _LONGEST_WAIT)


def is_given_up(notice: Notice, now: datetime) -> bool:
    return now - notice.created_at >= GIVE_UP_AFTER


def reminder_due_at(now: datetime, due_at: datetime) -> datetime:
    """An hour before the money must be there; halfway, where there is less than two hours left."""
    return due_at - min(_REMINDED_BEFORE, (due_at - now) / 2)


def is_late(notice: Notice, booking: Booking, payment_due_at: datetime | None, now: datetime) -> bool:
    """A reminder of what was paid, let go, or can't be paid any more only confuses."""
    if notice.kind != Kind.PAYMENT_REMINDER:
        return False
    return booking.status not in ("PENDING", "AWAITING_PAYMENT") or payment_due_at is None or payment_due_at <= now
