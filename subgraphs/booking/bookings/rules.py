"""What is true of bookings: what may be asked for, whose they are, how they are called, and what they cost."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.errors import DomainError, FieldError, InvalidInput, NotFound
from chassis.texts import wrong_name, wrong_text

from .tables import Booking, BookingStatus, RefusalCode

# Neither 0 and O nor 1, I and L nor U and V can be taken for each other when a code is read out.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 8
CODES = len(CODE_ALPHABET) ** CODE_LENGTH

FINAL = frozenset({BookingStatus.COMPLETED, BookingStatus.REFUSED, BookingStatus.EXPIRED, BookingStatus.CANCELLED})

LONGEST_WAIT = timedelta(hours=24)

_LONGEST_ORDER_NAME = 100
_MOST_GUESTS = _MOST_ROOMS = 1_000_000
_MOST_POINTS = 2**31 - 1
_LARGEST_AMOUNT = Decimal(10) ** 15


class IdempotencyMismatch(DomainError):
    code = "IDEMPOTENCY_MISMATCH"


@dataclass(frozen=True)
class BookingRequest:
    """What a guest asks for."""

    idempotency_key: str
    room_type_id: UUID
    check_in: date
    check_out: date
    guests: int
    rooms: int
    guest_name: str
    guest_phone: str
    guest_number: str
    """The phone as `number_of` writes it."""
    special_requests: str | None = None
    user_coupon_id: UUID | None = None
    points: int = 0
    expected_total: Decimal | None = None


def ensure_possible(request: BookingRequest) -> None:
    """Whether the room type takes such a stay is accommodation's to say; this is what nobody could take."""
    wrong = [*_wrong_numbers(request), *_wrong_texts(request)]
    if wrong:
        said = ", ".join(f"{each.field} ({each.code})" for each in wrong)
        raise InvalidInput(f"This can't be booked: {said}.", wrong)


def _wrong_numbers(request: BookingRequest) -> Iterator[FieldError]:
    if request.check_out <= request.check_in:
        yield FieldError("checkOut", "NOT_AFTER_CHECK_IN")
    for field, number, least, most in (
        ("guests", request.guests, 1, _MOST_GUESTS),
        ("rooms", request.rooms, 1, _MOST_ROOMS),
        ("points", request.points, 0, _MOST_POINTS),
    ):
        if not least <= number <= most:
            yield FieldError(field, "OUT_OF_RANGE")
    total = request.expected_total
    if total is not None and not (total.is_finite() and 0 <= total < _LARGEST_AMOUNT):
        yield FieldError("expectedTotal", "OUT_OF_RANGE")


def _wrong_texts(request: BookingRequest) -> Iterator[FieldError]:
    yield from wrong_text("idempotencyKey", request.idempotency_key, 255, shortest=1)
    yield from wrong_name("guestName", request.guest_name, 100)
    yield from wrong_text("guestPhone", request.guest_phone, 30, shortest=3) or _wrong_number(request)
    yield from wrong_text("specialRequests", request.special_requests, 1000)


def _wrong_number(request: BookingRequest) -> list[FieldError]:
    return [] if request.guest_number else [FieldError("guestPhone", "NOT_A_PHONE_NUMBER")]


def ensure_reason(reason: str) -> None:
    """Why somebody cancels: 1 to 500 characters."""
    if wrong := wrong_text("reason", reason, 500, shortest=1):
        raise InvalidInput("Please say why in 1 to 500 characters.", wrong)


def fingerprint_of(request: BookingRequest) -> str:
    """The same for requests that ask for the same, however the amount was written."""
    asked = asdict(request)
    del asked["idempotency_key"], asked["guest_number"]
    if request.expected_total is not None:
        asked["expected_total"] = request.expected_total.normalize()
    return hashlib.sha256(json.dumps(asked, default=str, sort_keys=True).encode()).hexdigest()


def ensure_same_request(booking: Booking, fingerprint: str) -> None:
    if booking.fingerprint != fingerprint:
        raise IdempotencyMismatch("This idempotency key was used for another booking.")


def code_for(number: int) -> str:
    """The code of a number below `CODES`."""
    letters = []
    for _ in range(CODE_LENGTH):
        number, letter = divmod(number, len(CODE_ALPHABET))
        letters.append(CODE_ALPHABET[letter])
    return "".join(reversed(letters))


def belongs_to(booking: Booking, user_id: UUID | None) -> bool:
    return booking.guest_id == user_id


def ensure_belongs_to(booking: Booking, guest_id: UUID) -> None:
    """What is another's is refused as what does not exist."""
    if not belongs_to(booking, guest_id):
        raise NotFound(f"There is no booking {booking.id}.")


def is_run_by(booking: Booking, host_id: UUID | None) -> bool:
    """Whether it is at a place of this host; None is an administrator."""
    return host_id is None or booking.host_id == host_id


def ensure_run_by(booking: Booking, host_id: UUID | None) -> None:
    if not is_run_by(booking, host_id):
        raise NotFound(f"There is no booking {booking.id}.")


def is_given_up(status: BookingStatus) -> bool:
    """Whether money that comes now has nothing to pay for."""
    return status in FINAL or status is BookingStatus.CANCELLING


def is_final(status: BookingStatus) -> bool:
    return status in FINAL


def write_refusal(booking: Booking, code: RefusalCode, message: str, night: date | None = None) -> None:
    """Write down why it could not be had; the flow lets go what is held."""
    booking.refusal_code = code
    booking.refusal_message = message
    booking.refusal_night = night


def price_booking(booking: Booking, coupon_discount: Decimal, points_used: int) -> None:
    """Write down what is left to pay of the subtotal."""
    if booking.subtotal is None:
        raise ValueError(f"Booking {booking.id} has no subtotal yet")
    booking.coupon_discount = coupon_discount
    booking.points_used = points_used
    booking.total = total_for(booking.subtotal, coupon_discount, points_used)


def total_for(subtotal: Decimal, coupon_discount: Decimal, points_used: int) -> Decimal:
    """What is left to pay. Points count one unit of the currency each."""
    total = subtotal - coupon_discount - points_used
    if total < 0:
        raise ValueError(f"{coupon_discount} and {points_used} points are more than the subtotal of {subtotal}")
    return total


def money_left(booking: Booking) -> Decimal:
    """What was paid and has not gone back, nor is asked to or on its way."""
    returned = booking.other_refunds.total() if booking.other_refunds else Decimal(0)
    return max(Decimal(0), (booking.paid or Decimal(0)) - (booking.refund_amount or Decimal(0)) - returned)


def has_usable_coupon(booking: Booking, now: datetime) -> bool:
    """Whether there is a coupon that could be used again."""
    until = booking.coupon_usable_until
    return booking.user_coupon_id is not None and (until is None or now < until)


def limit_coupon(booking: Booking, until: datetime | None) -> None:
    """Write down until when the coupon can be used again; what was said first may be the earlier."""
    known = booking.coupon_usable_until
    booking.coupon_usable_until = min((each for each in (known, until) if each is not None), default=None)


def check_in_at(booking: Booking, zone: ZoneInfo) -> datetime:
    """From when on the guest may come."""
    opens = booking.terms.place.check_in_time if booking.terms else time()
    return datetime.combine(booking.check_in, opens, zone)


def check_out_at(booking: Booking, zone: ZoneInfo) -> datetime:
    """By when the guest must have left."""
    closes = booking.terms.place.check_out_time if booking.terms else time()
    return datetime.combine(booking.check_out, closes, zone)


def latest_with_account(booking: Booking, zone: ZoneInfo) -> datetime:
    """Until when money may come to an account number: within a day of the booking's creation and before check-in,
    and never sooner than it is due anyway.
    """
    return max(booking.payment_due_at, min(booking.created_at + LONGEST_WAIT, check_in_at(booking, zone)))


def due_with_account(booking: Booking, account_due_at: datetime, zone: ZoneInfo) -> datetime:
    """The due time once there is an account number to pay into: the account's, within the bounds of the booking."""
    return max(booking.payment_due_at, min(account_due_at, latest_with_account(booking, zone)))


def order_name_for(booking: Booking) -> str:
    """What the guest reads in the payment window."""
    if booking.terms is None:
        raise ValueError(f"Booking {booking.id} has no terms yet")
    place = booking.terms.place
    return f"{place.accommodation_name} · {place.room_type_name}"[:_LONGEST_ORDER_NAME]
