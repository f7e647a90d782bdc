"""What PortOne's answers mean, in our words: states, refusals, and a payment as it stands."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Any, Final

from chassis.money import from_minor

from ..ledger.tables import PaymentMethod
from .protocol import NeverPossible, NothingToClose, ProviderAway, ProviderError, ProviderRefused
from .snapshot import Account, Cancellation, Outcome, Snapshot, State

STATES: Final[Mapping[str, State]] = {
    "READY": State.READY,
    "PENDING": State.PENDING,
    "PAY_PENDING": State.PENDING,
    "VIRTUAL_ACCOUNT_ISSUED": State.ACCOUNT_ISSUED,
    "PAID": State.PAID,
    "FAILED": State.FAILED,
    "PARTIAL_CANCELLED": State.CANCELLED,
    "CANCELLED": State.CANCELLED,
}
OUTCOMES: Final[Mapping[str, Outcome]] = {
    "REQUESTED": Outcome.REQUESTED,
    "SUCCEEDED": Outcome.SUCCEEDED,
    "FAILED": Outcome.FAILED,
}
METHODS: Final[Mapping[str, PaymentMethod]] = {
    "PaymentMethodCard": PaymentMethod.CARD,
    "PaymentMethodTransfer": PaymentMethod.TRANSFER,
    "PaymentMethodVirtualAccount": PaymentMethod.VIRTUAL_ACCOUNT,
    "PaymentMethodEasyPay": PaymentMethod.EASY_PAY,
    "PaymentMethodMobile": PaymentMethod.MOBILE,
}
# Refusals that say nothing about the deed: it may be under way, or our own key is wrong for now.
UNDECIDED: Final = frozenset({"IDEMPOTENCY_OUTSTANDING_REQUEST", "UNAUTHORIZED", "FORBIDDEN"})
# What the same words would be refused for tomorrow too. Of other refusals of a cancellation the next read tells more.
NEVER: Final = frozenset(
    {
        "INVALID_REQUEST",
        "PAYMENT_NOT_PAID",
        "CANCEL_TAX_AMOUNT_EXCEEDS_CANCELLABLE_TAX_AMOUNT",
        "CANCEL_TAX_FREE_AMOUNT_EXCEEDS_CANCELLABLE_TAX_FREE_AMOUNT",
        "NEGATIVE_PROMOTION_ADJUSTED_CANCEL_AMOUNT",
        "PROMOTION_DISCOUNT_RETAIN_OPTION_SHOULD_NOT_BE_CHANGED",
        "SUM_OF_PARTS_EXCEEDS_CANCEL_AMOUNT",
    }
)
REFUSED: Final = NEVER | {
    "CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN",
    "CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT",
    "PAYMENT_ALREADY_CANCELLED",
    "PAYMENT_NOT_FOUND",
    "PAYMENT_NOT_WAITING_FOR_DEPOSIT",
    "PG_PROVIDER",
}
_LONGEST: Final = 500
_NOT_NOW: Final = frozenset({408, 425, 429})


def error_of(asked: str, status: int, body: Mapping[str, Any]) -> ProviderError:
    """Only a refusal we are sure of is one: whatever else is said may come from a machine in between."""
    kind = body.get("type")
    is_sure = kind in REFUSED or (status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in _NOT_NOW)
    if not isinstance(kind, str) or kind in UNDECIDED or not is_sure:
        return ProviderAway(f"{asked}: {status} {kind or 'without a type'}")
    refused = NothingToClose if kind == "PAYMENT_NOT_WAITING_FOR_DEPOSIT" else ProviderRefused
    said = str(body.get("message") or body.get("pgMessage") or "")
    return (NeverPossible if kind in NEVER else refused)(kind, _storable(said))


def snapshot_of(body: Mapping[str, Any]) -> Snapshot:
    currency = body["currency"]
    method = body.get("method") or {}
    amount = body["amount"]
    said = body["status"]
    cancellations = [cancellation_of(each, currency) for each in body.get("cancellations") or ()]
    return Snapshot(
        state=STATES.get(said, State.UNKNOWN),
        said=said,
        currency=currency,
        total=from_minor(amount["total"], currency),
        cancelled=_cancelled(cancellations, from_minor(amount["cancelled"], currency)),
        paid_at=_paid_at(body),
        method=METHODS.get(method.get("type", "")),
        transaction_id=body.get("transactionId"),
        receipt_url=body.get("receiptUrl"),
        failure=_failure(body.get("failure")),
        account=_account(method),
        cancellations=cancellations,
    )


def _paid_at(body: Mapping[str, Any]) -> datetime | None:
    """A payment that was cancelled need not say when it was paid, but an account number that ended never was."""
    came = body["status"] in ("PAID", "PARTIAL_CANCELLED") or body.get("paidAt") or body.get("cancellations")
    return _instant(body.get("paidAt") or body["statusChangedAt"]) if came else None


def _cancelled(cancellations: Sequence[Cancellation], said: Decimal) -> Decimal:
    """What is back for certain; whether the provider's own sum counts what is under way is not written anywhere."""
    if not cancellations:
        return said
    return sum((each.amount for each in cancellations if each.outcome is Outcome.SUCCEEDED), Decimal(0))


def cancellation_of(said: Mapping[str, Any], currency: str) -> Cancellation:
    outcome = OUTCOMES.get(said["status"], Outcome.UNKNOWN)
    return Cancellation(said["id"], outcome, from_minor(said["totalAmount"], currency))


def _account(method: Mapping[str, Any]) -> Account | None:
    if method.get("type") != "PaymentMethodVirtualAccount" or not method.get("accountNumber"):
        return None
    due_at = _instant(method["expiredAt"]) if method.get("expiredAt") else None
    return Account(method.get("bank") or "", method["accountNumber"], due_at)


def _failure(said: Mapping[str, Any] | None) -> str | None:
    reason = (said.get("reason") or said.get("pgMessage") or said.get("pgCode")) if said else None
    return _storable(reason) if reason else None


def _storable(text: str) -> str:
    """As banks write it, but for what PostgreSQL does not take: a payment must not stand still because of it."""
    return text.replace("\0", "")[:_LONGEST]


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
