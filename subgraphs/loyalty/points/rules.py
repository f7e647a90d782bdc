"""What is true of points: what a stay earns, how long they are good, which go first, and what may be asked."""

import calendar
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.errors import DomainError, FieldError, InvalidInput
from chassis.texts import wrong_text

from ..idempotency import LONGEST_KEY, IdempotencyMismatch
from .tables import EntryKind, PointAccount, PointEarning, PointEntry

MONTHS_GOOD = 6
GOOD_AFTER_RETURN = timedelta(days=7)
LONGEST_GOOD = timedelta(days=3660)
MOST_AT_ONCE = 10_000_000
# A little less than GraphQL's Int and the columns hold.
MOST_IN_ACCOUNT = 2_000_000_000
LONGEST_DESCRIPTION = 500


class NotEnoughPoints(DomainError):
    code = "NOT_ENOUGH_POINTS"

    def __init__(self) -> None:
        super().__init__("There are not that many points.")


class Books(NamedTuple):
    """All that the tables say of one account: the account itself, its entries, its lots, and what bookings hold."""

    user_id: UUID
    balance: int
    held: int
    last_entry: int
    entries: int
    numbered: int
    balance_after: int
    left_in_lots: int
    held_in_lots: int
    held_by_bookings: int
    lots_held_otherwise: int


@dataclass(frozen=True, slots=True)
class Change:
    """What an administrator asks for; without `expires_at`, granted points are good as long as earned ones."""

    kind: EntryKind
    user_id: UUID
    points: int
    description: str
    expires_at: datetime | None = None


def points_for(money: Decimal, percent: Decimal) -> int:
    """What that much money earns, in whole points, rounded down."""
    return max(0, int(money * percent / 100))


def still_earned(earning: PointEarning, refunded: Decimal) -> int:
    """By a stay that is over, when that much of its money went back."""
    if earning.paid is None or earning.percent is None:
        raise ValueError("This stay is not over.")
    return points_for(earning.paid - refunded, earning.percent)


def points_used(wanted: int, left: Decimal) -> int:
    """Of an order with that much left to pay: a point is one unit of the currency, and never less."""
    return min(wanted, int(left))


def expiry_of(earned_at: datetime, zone: ZoneInfo) -> datetime:
    """The first instant at which points that come now are no longer good: months later, at the end of the day."""
    day = _months_later(earned_at.astimezone(zone).date(), MONTHS_GOOD)
    return datetime.combine(day + timedelta(days=1), time(), zone)


def portions(available: Iterable[int], points: int) -> list[int]:
    """How much to take of each, in their order, until there are that many points."""
    taken = []
    for most in available:
        taken.append(min(most, points))
        points -= taken[-1]
    if points > 0:
        raise ValueError(f"{points} points too few")
    return taken


def ensure_enough(account: PointAccount, points: int) -> None:
    if account.balance < points:
        raise NotEnoughPoints


def ensure_room(account: PointAccount, points: int) -> None:
    if account.balance + account.held + points > MOST_IN_ACCOUNT:
        raise InvalidInput("An account does not hold that many points.", [FieldError("points", "OUT_OF_RANGE")])


def ensure_change(change: Change, key: str) -> None:
    """Raise InvalidInput with every field that is wrong, not just the first; of its time see `ensure_expiry`."""
    wrong = [
        *wrong_text("idempotencyKey", key, LONGEST_KEY, shortest=1),
        *_wrong_points(change.points),
        *wrong_text("description", change.description, LONGEST_DESCRIPTION, shortest=1),
    ]
    if wrong:
        raise InvalidInput("Points can't be changed like this.", wrong)


def ensure_expiry(change: Change, now: datetime) -> None:
    """Only of a change that is new: one that was made is answered again, also after its points have expired."""
    if wrong := list(_wrong_expiry(change.expires_at, now)):
        raise InvalidInput("Points can't expire then.", wrong)


def fingerprint_of(change: Change) -> str:
    """The same for those who ask the same, whatever the time zone their instant is written in."""
    asked = asdict(change) | {"expires_at": change.expires_at and change.expires_at.timestamp()}
    return hashlib.sha256(json.dumps(asked, default=str, sort_keys=True).encode()).hexdigest()


def ensure_same(entry: PointEntry, change: Change) -> None:
    if entry.fingerprint != fingerprint_of(change):
        raise IdempotencyMismatch


def differences_in(books: Books) -> list[str]:
    """What in the books of an account does not agree, as people read it."""
    total = books.balance + books.held
    pairs = (
        ("sum of the entries", books.entries, "balance and held", total),
        ("sum after the last entry", books.balance_after, "balance and held", total),
        ("number of entries", books.numbered, "number of the last", books.last_entry),
        ("left in lots", books.left_in_lots, "balance", books.balance),
        ("held in lots", books.held_in_lots, "held", books.held),
        ("held by bookings", books.held_by_bookings, "held", books.held),
        ("lots held otherwise than by bookings", books.lots_held_otherwise, "none", 0),
    )
    return [f"{one} {found}, {other} {wanted}" for one, found, other, wanted in pairs if found != wanted]


def _months_later(day: date, months: int) -> date:
    """The same day of a later month, or its last where it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _wrong_points(points: int) -> Iterator[FieldError]:
    if not 1 <= points <= MOST_AT_ONCE:
        yield FieldError("points", "OUT_OF_RANGE")


def _wrong_expiry(expires_at: datetime | None, now: datetime) -> Iterator[FieldError]:
    if expires_at is None:
        return
    if expires_at <= now:
        yield FieldError("expiresAt", "IN_THE_PAST")
    elif expires_at > now + LONGEST_GOOD:
        yield FieldError("expiresAt", "TOO_FAR_AHEAD")
