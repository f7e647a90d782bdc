"""What is true of refunds: what may go back, which is sent next, and which the provider has made already."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from chassis.errors import Conflict, DomainError, FieldError, InvalidInput
from chassis.money import round_down

from ..ledger.rules import left_to_refund, silence_for
from ..ledger.tables import Payment, PaymentMethod
from ..provider.banks import BANKS
from ..provider.snapshot import Cancellation, Outcome, RefundAccount, Snapshot
from ..texts import ensure_text, wrong_text
from .tables import Refund, RefundStatus

EXCEEDS: Final = "REFUND_EXCEEDS_PAYMENT"
RETRY_REFUND: Final = timedelta(seconds=30)
RETRY_REFUND_AT_MOST: Final = timedelta(hours=6)


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
    code = EXCEEDS

    def __init__(self, left: Decimal) -> None:
        super().__init__(f"Only {left:f} is left to give back.")


class IdempotencyMismatch(DomainError):
    code = "IDEMPOTENCY_MISMATCH"

    def __init__(self) -> None:
        super().__init__("This key was used for another refund.")


def refusal_to_refund(payment: Payment, amount: Decimal) -> str | None:
    if payment.paid_at is None:
        return "NOT_PAID"
    if amount <= 0 or amount != round_down(amount, payment.paid_currency or payment.currency):
        return "NOT_AN_AMOUNT"
    return EXCEEDS if amount > left_to_refund(payment) else None


def ensure_refundable(payment: Payment, amount: Decimal) -> None:
    refusal = refusal_to_refund(payment, amount)
    if refusal == "NOT_AN_AMOUNT":
        raise InvalidInput("This amount can't be given back.", [FieldError("amount", refusal)])
    if refusal == "NOT_PAID":
        raise NothingWasPaid
    if refusal is not None:
        raise RefundExceedsPayment(left_to_refund(payment))


def ensure_key(key: str) -> None:
    ensure_text("idempotencyKey", key, 255)


def ensure_reason(text: str, field: str) -> None:
    """It is shown to the payer and stands with the provider."""
    ensure_text(field, text, 500)


def ensure_same_refund(refund: Refund, amount: Decimal, reason: str) -> None:
    if (refund.amount, refund.reason) != (amount, reason):
        raise IdempotencyMismatch


def ensure_settleable_by_hand(refund: Refund) -> None:
    if not is_owed(refund):
        raise NotToBeSettledByHand


def first_status(payment: Payment) -> RefundStatus:
    """An account number only took money: where it goes back to has to be said."""
    by_account = payment.method is PaymentMethod.VIRTUAL_ACCOUNT
    return RefundStatus.NEEDS_ACCOUNT if by_account else RefundStatus.REQUESTED


def ensure_needs_account(refund: Refund) -> None:
    """Where the provider refused to send it to the account that was given, another one may work."""
    was_refused = refund.status is RefundStatus.FAILED and refund.account_number is not None
    if is_under_way(refund) or not (refund.status is RefundStatus.NEEDS_ACCOUNT or was_refused):
        raise NoAccountWanted


def goes_to(refund: Refund, account: RefundAccount) -> bool:
    return (refund.account_bank, refund.account_number, refund.account_holder) == (
        account.bank,
        account.number,
        account.holder,
    )


def ensure_account(account: RefundAccount) -> None:
    """Banks are named by the provider's codes, such as SHINHAN."""
    well_formed = {
        "bank": account.bank in BANKS,
        "number": re.fullmatch("[0-9-]{4,30}", account.number),
        "holder": wrong_text(account.holder, 50) is None,
    }
    wrong = [FieldError(field, "INVALID") for field, is_right in well_formed.items() if not is_right]
    if wrong:
        raise InvalidInput("This is no bank account.", wrong)


def is_under_way(refund: Refund) -> bool:
    """Sent, or about to be, or made by somebody else: the provider has it, or may have it."""
    return refund.settled_at is None and (refund.key is not None or refund.cancellation_id is not None)


def is_owed(refund: Refund) -> bool:
    """Not back, and nothing of it with the provider."""
    return refund.settled_at is None and not is_under_way(refund)


def is_retried(refund: Refund) -> bool:
    """Whether an administrator who asks has it tried again."""
    return refund.status is RefundStatus.FAILED and not is_under_way(refund)


def is_given_up(refund: Refund) -> bool:
    """It failed in a way that trying again does not mend."""
    return refund.status is RefundStatus.FAILED and refund.try_at is None


def next_to_send(refunds: Sequence[Refund], now: datetime) -> Refund | None:
    """One at a time: the one under way if it is due again, else the first that waits."""
    waiting = _under_way(refunds) or [each for each in refunds if each.settled_at is None]
    return next((each for each in waiting if each.try_at is not None and each.try_at <= now), None)


def _under_way(refunds: Sequence[Refund]) -> list[Refund]:
    return [each for each in refunds if is_under_way(each)]


def cancellation_of(refund: Refund, snapshot: Snapshot, known: Iterable[str]) -> Cancellation | None:
    """The provider's record of a refund under way: by its id, or the one of its amount that no other refund has.

    An answer that was lost is found here, which is why it is looked for before every send.
    """
    others = set(known) - {refund.cancellation_id}
    for each in snapshot.cancellations:
        if each.id == refund.cancellation_id:
            return each
    if refund.cancellation_id is not None:
        return None
    mine = (each for each in snapshot.cancellations if each.id not in others and each.amount == refund.amount)
    return next((each for each in mine if each.outcome is not Outcome.FAILED), None)


def cancellations_of_others(snapshot: Snapshot, refunds: Iterable[Refund]) -> list[Cancellation]:
    """Money that went back, or is going, without a refund of ours."""
    known = known_cancellations(refunds)
    return [each for each in snapshot.cancellations if each.id not in known and each.outcome is not Outcome.FAILED]


def known_cancellations(refunds: Iterable[Refund]) -> frozenset[str]:
    return frozenset(each.cancellation_id for each in refunds if each.cancellation_id is not None)


def retry_refund_after(attempts: int) -> timedelta:
    doubled: int = 2 ** min(attempts, 20)
    return min(RETRY_REFUND * doubled, RETRY_REFUND_AT_MOST)


def next_refund_at(refunds: Sequence[Refund], now: datetime) -> datetime | None:
    """When the provider is to be asked about refunds again; None when none of them moves by itself."""
    moving = _under_way(refunds) or [each for each in refunds if each.settled_at is None and each.try_at is not None]
    return min((each.try_at or now + silence_for(now - each.created_at) for each in moving), default=None)
