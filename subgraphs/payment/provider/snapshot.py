"""A payment as the provider has it at one moment, in our words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum, auto

from ..ledger.tables import PaymentMethod


class State(Enum):
    READY = auto()
    PENDING = auto()
    ACCOUNT_ISSUED = auto()
    PAID = auto()
    FAILED = auto()
    # Money went back, or an account number ended without any.
    CANCELLED = auto()
    # A word that did not exist when this was written.
    UNKNOWN = auto()


class Outcome(Enum):
    """Of a cancellation."""

    REQUESTED = auto()
    SUCCEEDED = auto()
    FAILED = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Cancellation:
    id: str
    outcome: Outcome
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Account:
    bank: str
    number: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class RefundAccount:
    bank: str
    number: str
    holder: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`said` is the provider's own word for the state. Amounts are in units of `currency`."""

    state: State
    said: str
    currency: str = ""
    total: Decimal = Decimal(0)
    cancelled: Decimal = Decimal(0)
    paid_at: datetime | None = None
    method: PaymentMethod | None = None
    transaction_id: str | None = None
    receipt_url: str | None = None
    failure: str | None = None
    account: Account | None = None
    cancellations: Sequence[Cancellation] = ()

    @property
    def money_came(self) -> bool:
        return self.paid_at is not None

    @property
    def cancellable(self) -> Decimal:
        """What a cancellation may still take: neither given back nor asked for."""
        under_way = (each.amount for each in self.cancellations if each.outcome in (Outcome.REQUESTED, Outcome.UNKNOWN))
        return self.total - self.cancelled - sum(under_way, Decimal(0))


# The provider knows nothing of a payment before its window was opened for the first time.
NOTHING_YET = Snapshot(State.READY, "not opened")
