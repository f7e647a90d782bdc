"""A payment as PortOne keeps it: its states, and the moves that lead from one to the next."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import uuid4

from pydantic import BaseModel, Field

from stack.portone.refusals import refusal

# Banks whose numbers the simulator gives out; any of PortOne's bank codes would do.
ACCOUNT_BANK = "SHINHAN"


class Status(StrEnum):
    """PortOne's published states of a payment."""

    READY = "READY"
    PAY_PENDING = "PAY_PENDING"
    VIRTUAL_ACCOUNT_ISSUED = "VIRTUAL_ACCOUNT_ISSUED"
    PAID = "PAID"
    FAILED = "FAILED"
    PARTIAL_CANCELLED = "PARTIAL_CANCELLED"
    CANCELLED = "CANCELLED"


# No money came yet, and a window may still be opened for the payment.
OPEN = frozenset({Status.READY, Status.FAILED})
# The money is on its way, or may yet be sent.
WAITING = frozenset({Status.PAY_PENDING, Status.VIRTUAL_ACCOUNT_ISSUED})


class CancellationStatus(StrEnum):
    REQUESTED = "REQUESTED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


class Cancellation(BaseModel):
    id: str
    status: CancellationStatus
    amount: int
    reason: str
    requested_at: datetime
    cancelled_at: datetime | None = None


class Account(BaseModel):
    bank: str
    number: str
    issued_at: datetime
    expired_at: datetime


class Order(BaseModel):
    """What the browser asks to be paid: nobody but the merchant knows whether the amount is right."""

    payment_id: str = Field(min_length=1, max_length=64)
    store_id: str
    channel_key: str
    order_name: str
    total_amount: int = Field(gt=0)
    currency: str = Field(pattern="^[A-Z]{3}$")


class Payment(BaseModel):
    id: str
    store_id: str
    channel_key: str
    order_name: str
    total: int
    currency: str
    transaction_id: str
    status: Status = Status.READY
    method: str = "CARD"
    requested_at: datetime
    updated_at: datetime
    status_changed_at: datetime
    paid_at: datetime | None = None
    failed_at: datetime | None = None
    failure: str | None = None
    cancelled_at: datetime | None = None
    account: Account | None = None
    cancellations: list[Cancellation] = []

    @property
    def cancelled(self) -> int:
        return sum(each.amount for each in self.cancellations if each.status == CancellationStatus.SUCCEEDED)

    @property
    def cancellable(self) -> int:
        """What a further cancellation could take: neither given back nor asked for."""
        taken = sum(each.amount for each in self.cancellations if each.status != CancellationStatus.FAILED)
        return self.total - taken if self.paid_at else 0


def attempt(order: Order, earlier: Payment | None, now: datetime) -> Payment:
    """A window was opened: a new payment, or another attempt at one that came to nothing."""
    if earlier is not None and earlier.status not in OPEN:
        raise refusal("ALREADY_PAID", f"the payment is {earlier.status}")
    return Payment(
        id=order.payment_id,
        store_id=order.store_id,
        channel_key=order.channel_key,
        order_name=order.order_name,
        total=order.total_amount,
        currency=order.currency,
        transaction_id=str(uuid4()),
        requested_at=now,
        updated_at=now,
        status_changed_at=now,
    )


def pay(payment: Payment, method: str, now: datetime) -> None:
    payment.method = method
    payment.paid_at = now
    _become(payment, Status.PAID, now)


def fail(payment: Payment, method: str, reason: str, now: datetime) -> None:
    payment.method = method
    payment.failure = reason
    payment.failed_at = now
    _become(payment, Status.FAILED, now)


def leave_pending(payment: Payment, method: str, now: datetime) -> None:
    payment.method = method
    _become(payment, Status.PAY_PENDING, now)


def issue_account(payment: Payment, valid_for: timedelta, now: datetime) -> None:
    number = str(uuid4().int)[:14]
    payment.method = "VIRTUAL_ACCOUNT"
    payment.account = Account(bank=ACCOUNT_BANK, number=number, issued_at=now, expired_at=now + valid_for)
    _become(payment, Status.VIRTUAL_ACCOUNT_ISSUED, now)


def deposit(payment: Payment, now: datetime) -> None:
    if payment.status not in WAITING:
        raise refusal("PAYMENT_NOT_WAITING_FOR_DEPOSIT", f"the payment is {payment.status}")
    if payment.account is not None and now >= payment.account.expired_at:
        raise refusal("PAYMENT_NOT_WAITING_FOR_DEPOSIT", "the account number has expired")
    pay(payment, payment.method, now)


def close_account(payment: Payment, now: datetime) -> None:
    if payment.status != Status.VIRTUAL_ACCOUNT_ISSUED:
        raise refusal("PAYMENT_NOT_WAITING_FOR_DEPOSIT", f"the payment is {payment.status}")
    payment.cancelled_at = now
    _become(payment, Status.CANCELLED, now)


def ask_to_cancel(
    payment: Payment, amount: int | None, expected: int | None, reason: str, now: datetime
) -> Cancellation:
    """Ask for `amount` back (all that is left, when None), provided `expected` is what is left just now."""
    _ensure_cancellable(payment, amount, expected)
    cancellation = Cancellation(
        id=str(uuid4()),
        status=CancellationStatus.REQUESTED,
        amount=payment.cancellable if amount is None else amount,
        reason=reason,
        requested_at=now,
    )
    payment.cancellations.append(cancellation)
    return cancellation


def settle(payment: Payment, cancellation: Cancellation, now: datetime) -> None:
    """The money of a cancellation is back with the payer."""
    cancellation.status = CancellationStatus.SUCCEEDED
    cancellation.cancelled_at = payment.cancelled_at = now
    whole = payment.cancelled == payment.total
    _become(payment, Status.CANCELLED if whole else Status.PARTIAL_CANCELLED, now)


def _ensure_cancellable(payment: Payment, amount: int | None, expected: int | None) -> None:
    if payment.paid_at is None:
        raise refusal("PAYMENT_NOT_PAID", f"the payment is {payment.status}")
    if payment.cancelled == payment.total:
        raise refusal("PAYMENT_ALREADY_CANCELLED", "nothing is left to cancel")
    if expected is not None and expected != payment.cancellable:
        raise refusal("CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN", f"{payment.cancellable} can be cancelled")
    if amount is not None and amount > payment.cancellable:
        raise refusal("CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT", f"{payment.cancellable} can be cancelled")


def _become(payment: Payment, status: Status, now: datetime) -> None:
    payment.status = status
    payment.updated_at = payment.status_changed_at = now
