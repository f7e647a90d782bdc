"""What is true of payments: what a reading means, what closes, what may go back, and when to ask again."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum, auto
from typing import Final
from uuid import UUID

from chassis.errors import Conflict, DomainError, FieldError, InvalidInput
from chassis.money import round_down

from .reading import Cancellation, Outcome, Reading, State, Ticket
from .tables import Payment, PaymentMethod, PaymentStatus, Refund, RefundStatus

# A provider or a webhook that has been silent this long is asked.
SILENCE: Final = timedelta(minutes=2)
# Money may still come to a window that was open when we closed.
WATCH_CLOSED: Final = timedelta(hours=24)
# A provider that is still at it when the time is up gets this much more, once.
PENDING_GRACE: Final = timedelta(minutes=10)
# Longer than the provider may take to answer: whoever has begun has that long before another begins.
LEASE: Final = timedelta(seconds=90)
RETRY_REFUND: Final = timedelta(seconds=30)
RETRY_REFUND_AT_MOST: Final = timedelta(hours=6)

UNPAID: Final = frozenset(
    {PaymentStatus.READY, PaymentStatus.PENDING, PaymentStatus.VIRTUAL_ACCOUNT_ISSUED, PaymentStatus.FAILED}
)
_STATUS_OF: Final[Mapping[State, PaymentStatus]] = {
    State.READY: PaymentStatus.READY,
    State.PENDING: PaymentStatus.PENDING,
    State.ACCOUNT_ISSUED: PaymentStatus.VIRTUAL_ACCOUNT_ISSUED,
    State.FAILED: PaymentStatus.FAILED,
}


class NoAccountWanted(Conflict):
    def __init__(self) -> None:
        super().__init__("This refund does not wait for an account.")


class NothingWasPaid(Conflict):
    def __init__(self) -> None:
        super().__init__("Nothing was paid that could be given back.")


class NotToBeSettledByHand(Conflict):
    def __init__(self) -> None:
        super().__init__("The money is back already, or the provider may still give it back.")


class RefundExceedsPayment(DomainError):
    code = "REFUND_EXCEEDS_PAYMENT"

    def __init__(self, left: Decimal) -> None:
        super().__init__(f"Only {left:f} is left to give back.")


class IdempotencyMismatch(DomainError):
    code = "IDEMPOTENCY_MISMATCH"

    def __init__(self) -> None:
        super().__init__("This key was used for another refund.")


class Finding(Enum):
    """What a reading says about a payment that we did not know."""

    STALE = auto()
    # The money was here before, or nothing can come any more: only refunds can have moved.
    KNOWN = auto()
    WAITING = auto()
    PAID = auto()
    WRONG_AMOUNT = auto()
    LATE = auto()
    # The provider ended it without any money.
    ENDED = auto()


def finding(payment: Payment, ticket: Ticket, reading: Reading) -> Finding:
    if ticket.number <= payment.read_applied or reading.state is State.UNKNOWN:
        return Finding.STALE
    if payment.paid_at is not None:
        return Finding.KNOWN
    if reading.money_came and payment.status is PaymentStatus.CLOSED:
        return Finding.LATE
    if reading.money_came:
        return Finding.PAID if is_what_was_asked(payment, reading) else Finding.WRONG_AMOUNT
    if payment.status is PaymentStatus.CLOSED:
        return Finding.KNOWN
    return Finding.ENDED if reading.state is State.CANCELLED else Finding.WAITING


def is_what_was_asked(payment: Payment, reading: Reading) -> bool:
    """All of it, in the right currency, and none of it gone back already."""
    return reading.currency == payment.currency and reading.total - reading.cancelled == payment.amount


def status_while_waiting(reading: Reading) -> PaymentStatus:
    return _STATUS_OF[reading.state]


def status_of_money(payment: Payment) -> PaymentStatus:
    """Of a payment whose money came."""
    if not payment.refunded:
        return PaymentStatus.PAID
    return PaymentStatus.REFUNDED if payment.refunded == payment.paid_amount else PaymentStatus.PARTIALLY_REFUNDED


def refusal_to_open(amount: Decimal, currency: str, our_currency: str) -> str | None:
    """Why an amount can't be asked for; None when it can."""
    if currency != our_currency:
        return f"Payments are in {our_currency}, not in {currency}."
    if amount <= 0:
        return "Nothing is to be paid."
    if amount != round_down(amount, currency):
        return f"{amount} {currency} can't be paid exactly."
    return None


def must_close(payment: Payment, now: datetime) -> bool:
    """Whether a payment that was asked to close, and has not been paid, ends now.

    A provider still at it is waited for once; an account number is closed at the provider first.
    """
    if payment.close_requested_at is None or payment.status not in UNPAID:
        return False
    if payment.status is PaymentStatus.PENDING:
        return payment.pending_until is not None and now >= payment.pending_until
    return payment.status is not PaymentStatus.VIRTUAL_ACCOUNT_ISSUED


def has_account_to_close(payment: Payment) -> bool:
    return payment.close_requested_at is not None and payment.status is PaymentStatus.VIRTUAL_ACCOUNT_ISSUED


def left_to_refund(payment: Payment) -> Decimal:
    """What came, less what went back and what is on its way."""
    return (payment.paid_amount or Decimal(0)) - payment.refunded - payment.refunding


def refusal_to_refund(payment: Payment, amount: Decimal) -> str | None:
    if payment.paid_at is None:
        return "NOT_PAID"
    if amount <= 0 or amount != round_down(amount, payment.paid_currency or payment.currency):
        return "NOT_AN_AMOUNT"
    return "REFUND_EXCEEDS_PAYMENT" if amount > left_to_refund(payment) else None


def ensure_refundable(payment: Payment, amount: Decimal) -> None:
    refusal = refusal_to_refund(payment, amount)
    if refusal == "NOT_AN_AMOUNT":
        raise InvalidInput("This amount can't be given back.", [FieldError("amount", refusal)])
    if refusal == "NOT_PAID":
        raise NothingWasPaid
    if refusal is not None:
        raise RefundExceedsPayment(left_to_refund(payment))


def ensure_key(key: str) -> None:
    if not 1 <= len(key) <= 255:
        raise InvalidInput("A key has 1 to 255 characters.", [FieldError("idempotencyKey", "LENGTH")])


def ensure_reason(text: str, field: str) -> None:
    """It is shown to the payer and stands with the provider."""
    if not 1 <= len(text.strip()) <= 500:
        raise InvalidInput("Please say why in 1 to 500 characters.", [FieldError(field, "LENGTH")])


def ensure_same_refund(refund: Refund, amount: Decimal, reason: str) -> None:
    if (refund.amount, refund.reason) != (amount, reason):
        raise IdempotencyMismatch


def ensure_settleable_by_hand(refund: Refund) -> None:
    if refund.settled_at is not None or is_under_way(refund):
        raise NotToBeSettledByHand


def first_status(payment: Payment) -> RefundStatus:
    """An account number only took money: where it goes back to has to be said."""
    by_account = payment.method is PaymentMethod.VIRTUAL_ACCOUNT
    return RefundStatus.NEEDS_ACCOUNT if by_account else RefundStatus.REQUESTED


def ensure_needs_account(refund: Refund) -> None:
    if refund.status is not RefundStatus.NEEDS_ACCOUNT:
        raise NoAccountWanted


def is_under_way(refund: Refund) -> bool:
    """Sent, or about to be: the provider may have it."""
    return refund.key is not None and refund.settled_at is None


def next_to_send(refunds: Sequence[Refund], now: datetime) -> Refund | None:
    """One at a time: the one under way if it is due again, else the first that waits."""
    under_way = [each for each in refunds if is_under_way(each)]
    waiting = under_way or [each for each in refunds if each.settled_at is None]
    return next((each for each in waiting if each.try_at is not None and each.try_at <= now), None)


def cancellation_of(refund: Refund, reading: Reading, known: Iterable[str]) -> Cancellation | None:
    """The provider's record of a refund under way: by its id, or the one of its amount that no other refund has.

    An answer that was lost is found here, which is why it is looked for before every send.
    """
    others = set(known) - {refund.cancellation_id}
    for each in reading.cancellations:
        if each.id == refund.cancellation_id:
            return each
    if refund.cancellation_id is not None:
        return None
    mine = (each for each in reading.cancellations if each.id not in others and each.amount == refund.amount)
    return next((each for each in mine if each.outcome is not Outcome.FAILED), None)


def cancellations_of_others(reading: Reading, refunds: Iterable[Refund]) -> list[Cancellation]:
    """Money that went back, or is going, without a refund of ours."""
    known = known_cancellations(refunds)
    return [each for each in reading.cancellations if each.id not in known and each.outcome is not Outcome.FAILED]


def retry_refund_after(attempts: int) -> timedelta:
    doubled: int = 2 ** min(attempts, 20)
    return min(RETRY_REFUND * doubled, RETRY_REFUND_AT_MOST)


def next_asking(payment: Payment, refunds: Sequence[Refund], now: datetime) -> datetime | None:
    """When the provider is to be asked about a payment again; None when nothing more is expected of it."""
    if payment.status is PaymentStatus.CLOSED and payment.closed_at is not None:
        watched = payment.closed_at + WATCH_CLOSED
        return now + _patience(now - payment.closed_at) if now < watched else None
    if payment.paid_at is None:
        return _while_unpaid(payment, now)
    waiting = [each for each in refunds if each.settled_at is None and each.status is not RefundStatus.NEEDS_ACCOUNT]
    return min((each.try_at or now + SILENCE for each in waiting), default=None)


def _while_unpaid(payment: Payment, now: datetime) -> datetime:
    if has_account_to_close(payment):
        return now
    asking = now + _patience(now - payment.created_at)
    if payment.pending_until is not None and payment.pending_until > now:
        return min(asking, payment.pending_until)
    return asking


def _patience(age: timedelta) -> timedelta:
    """Two minutes at first, then a tenth of the age: a day takes some fifty questions instead of seven hundred."""
    return max(SILENCE, age / 10)


def known_cancellations(refunds: Iterable[Refund]) -> frozenset[str]:
    return frozenset(each.cancellation_id for each in refunds if each.cancellation_id is not None)


def is_payable(payment: Payment) -> bool:
    return payment.status in UNPAID and payment.close_requested_at is None


def is_decided(payment: Payment) -> bool:
    """The money came, and none of it is on its way back."""
    return payment.paid_at is not None and not payment.refunding


def ensure_account(bank: str, number: str, holder: str) -> None:
    """Banks are named by the provider's codes, such as SHINHAN."""
    forms = {"bank": ("[A-Z][A-Z_]{1,39}", bank), "number": ("[0-9-]{4,30}", number), "holder": (r"\S.{0,49}", holder)}
    wrong = [FieldError(field, "INVALID") for field, (form, given) in forms.items() if not re.fullmatch(form, given)]
    if wrong:
        raise InvalidInput("This is no bank account.", wrong)


def is_mine(payment: Payment | None, person: UUID | None) -> bool:
    return payment is not None and payment.payer_id == person
