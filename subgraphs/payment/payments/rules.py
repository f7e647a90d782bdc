"""What is true of payments: what can be opened, what the provider's word means, what closes, and when to ask again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum, auto
from typing import Final
from uuid import UUID

from chassis.money import round_down

from ..ledger.rules import left_to_refund, silence_for
from ..ledger.tables import Payment, PaymentStatus
from ..provider.snapshot import Snapshot, State
from ..refunds.rules import next_refund_at
from ..refunds.tables import Refund

# Money may still come to a window that was open when we closed.
WATCH_CLOSED: Final = timedelta(hours=24)
# What was given back in the provider's console is told by a webhook. Should it be lost, we look ourselves: six hours
# after the money came, then whenever that is twice as long ago, for a year: a dozen questions a payment.
LOOK_AT_KEPT: Final = timedelta(hours=6)
WATCH_KEPT: Final = timedelta(days=365)
# A provider that is still at it when the time is up gets this much more, once.
PENDING_GRACE: Final = timedelta(minutes=10)
# An account number is closed right after the read that found it; should that fail, so soon again.
CLOSE_AGAIN: Final = timedelta(seconds=5)

UNPAID: Final = frozenset(
    {PaymentStatus.READY, PaymentStatus.PENDING, PaymentStatus.VIRTUAL_ACCOUNT_ISSUED, PaymentStatus.FAILED}
)
_STATUS_OF: Final[Mapping[State, PaymentStatus]] = {
    State.READY: PaymentStatus.READY,
    State.PENDING: PaymentStatus.PENDING,
    State.ACCOUNT_ISSUED: PaymentStatus.VIRTUAL_ACCOUNT_ISSUED,
    State.FAILED: PaymentStatus.FAILED,
}


@dataclass(frozen=True, slots=True)
class Ticket:
    """Drawn when a read begins: its number among the reads of the payment, and the wishes it answers."""

    payment_id: UUID
    number: int
    wishes: int


class Finding(Enum):
    """What a snapshot says about a payment that we did not know."""

    STALE = auto()
    # A word of the provider's that is not known here: nothing is concluded from it.
    UNCLEAR = auto()
    # The money was here before, or nothing can come any more: only refunds can have moved.
    KNOWN = auto()
    WAITING = auto()
    PAID = auto()
    WRONG_AMOUNT = auto()
    LATE = auto()
    # The provider ended it without any money.
    ENDED = auto()


def finding(payment: Payment, ticket: Ticket, snapshot: Snapshot) -> Finding:
    if ticket.number <= payment.read_applied:
        return Finding.STALE
    if payment.paid_at is not None:
        return Finding.KNOWN
    if snapshot.state is State.UNKNOWN:
        return Finding.UNCLEAR
    return _finding_of_money(payment, snapshot) if snapshot.money_came else _finding_of_none(payment, snapshot)


def _finding_of_money(payment: Payment, snapshot: Snapshot) -> Finding:
    if payment.status is PaymentStatus.CLOSED:
        return Finding.LATE
    return Finding.PAID if is_what_was_asked(payment, snapshot) else Finding.WRONG_AMOUNT


def _finding_of_none(payment: Payment, snapshot: Snapshot) -> Finding:
    if payment.status is PaymentStatus.CLOSED:
        return Finding.KNOWN
    return Finding.ENDED if snapshot.state is State.CANCELLED else Finding.WAITING


def contradicts(payment: Payment, ticket: Ticket, snapshot: Snapshot) -> bool:
    """Money that came does not un-come: the provider has another store in mind, or has lost its mind.

    Nothing can be sent on that ground.
    """
    return payment.paid_at is not None and ticket.number > payment.read_applied and not snapshot.money_came


def is_what_was_asked(payment: Payment, snapshot: Snapshot) -> bool:
    """All of it, in the right currency, and none of it gone back already."""
    return snapshot.currency == payment.currency and snapshot.total - snapshot.cancelled == payment.amount


def status_while_waiting(snapshot: Snapshot) -> PaymentStatus:
    return _STATUS_OF[snapshot.state]


def refusal_to_open(amount: Decimal, currency: str, our_currency: str) -> str | None:
    """Why an amount can't be asked for; None when it can."""
    if currency != our_currency:
        return f"Payments are in {our_currency}, not in {currency}."
    if amount <= 0:
        return "Nothing is to be paid."
    if amount != round_down(amount, currency):
        return f"{amount} {currency} can't be paid exactly."
    return None


def is_closing(payment: Payment) -> bool:
    """Whether it was asked to close, and nothing has been decided yet."""
    return payment.close_requested_at is not None and payment.status in UNPAID


def must_close(payment: Payment, now: datetime, *, undecided: bool) -> bool:
    """Whether a payment that is closing ends now.

    A provider still at it is waited for once; an account number is closed at the provider first.
    """
    if not is_closing(payment):
        return False
    if undecided:
        return payment.pending_until is not None and now >= payment.pending_until
    return payment.status is not PaymentStatus.VIRTUAL_ACCOUNT_ISSUED


def has_account_to_close(payment: Payment) -> bool:
    return payment.close_requested_at is not None and payment.status is PaymentStatus.VIRTUAL_ACCOUNT_ISSUED


def next_ask_at(payment: Payment, refunds: Sequence[Refund], now: datetime) -> datetime | None:
    """When the provider is to be asked about a payment again; None when nothing more is expected of it."""
    if payment.status is PaymentStatus.CLOSED and payment.closed_at is not None:
        watched = payment.closed_at + WATCH_CLOSED
        return min(now + silence_for(now - payment.closed_at), watched) if now < watched else None
    if payment.paid_at is None:
        return _while_unpaid(payment, now)
    return next_refund_at(refunds, now) or _while_kept(payment, payment.paid_at, now)


def _while_kept(payment: Payment, paid_at: datetime, now: datetime) -> datetime | None:
    """What is owed and does not move waits for a person, and of what is all back nothing more can go."""
    watched = paid_at + WATCH_KEPT
    if payment.refunding or not left_to_refund(payment) or now >= watched:
        return None
    return min(now + max(LOOK_AT_KEPT, now - paid_at), watched)


def _while_unpaid(payment: Payment, now: datetime) -> datetime:
    if has_account_to_close(payment):
        return now + CLOSE_AGAIN
    asking = now + silence_for(now - payment.created_at)
    if payment.pending_until is not None and payment.pending_until > now:
        return min(asking, payment.pending_until)
    return asking


def is_payable(payment: Payment) -> bool:
    return payment.status in UNPAID and payment.close_requested_at is None


def is_decided(payment: Payment) -> bool:
    """The money came, and none of it is on its way back."""
    return payment.paid_at is not None and not payment.refunding
