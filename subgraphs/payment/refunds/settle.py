"""Write down what became of a refund: the money is back, the provider has taken it, or it refused."""

from decimal import Decimal

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.outbox import publish

from ..events import PaymentRefunded, RefundFailed
from ..ledger import store as ledger
from ..ledger.rules import status_of_money
from ..ledger.tables import Payment
from ..provider.snapshot import Cancellation, Outcome
from .rules import retry_refund_after
from .tables import Refund, RefundStatus


def record_outcome(session: AsyncSession, payment: Payment, refund: Refund, cancellation: Cancellation) -> None:
    is_news = refund.cancellation_id != cancellation.id
    refund.cancellation_id = cancellation.id
    if cancellation.outcome is Outcome.SUCCEEDED:
        settle_refund(session, payment, refund)
    elif cancellation.outcome is Outcome.FAILED:
        fail_refund(session, payment, refund, "The provider could not give the money back.")
    else:
        refund.status, refund.try_at = RefundStatus.REQUESTED, None  # the provider is at it
        if is_news:
            ledger.note(session, payment, "refund taken by the provider", cancellation.id)


def settle_refund(session: AsyncSession, payment: Payment, refund: Refund) -> None:
    _outdate_reads(payment)
    refund.status = RefundStatus.SUCCEEDED
    refund.settled_at = clock.now()
    refund.failure_reason = refund.try_at = None
    refund.account_bank = refund.account_number = refund.account_holder = None
    payment.refunding -= refund.amount
    payment.refunded += refund.amount
    payment.status = status_of_money(payment)
    ledger.note(session, payment, "refunded", f"{refund.amount} {refund.currency}")
    publish(
        session,
        PaymentRefunded(
            booking_id=payment.booking_id, payment_id=payment.id, refund_id=refund.id, amount=refund.amount
        ),
    )


def fail_refund(session: AsyncSession, payment: Payment, refund: Refund, reason: str, *, final: bool = False) -> None:
    """A definite refusal, and only that, makes room for another try under another key.

    What is `final` is not tried again by itself. It is owed all the same.
    """
    _outdate_reads(payment)
    refund.status = RefundStatus.FAILED
    refund.failure_reason = reason
    refund.key = refund.cancellable = refund.cancellation_id = None
    refund.try_at = None if final else clock.now() + retry_refund_after(refund.attempts)
    ledger.note(session, payment, "refund failed for good" if final else "refund failed", reason)
    publish(
        session,
        RefundFailed(
            booking_id=payment.booking_id,
            payment_id=payment.id,
            refund_id=refund.id,
            amount=refund.amount,
            reason=reason,
            final=final,
            left=None,
        ),
    )


def lower_refund(session: AsyncSession, payment: Payment, refund: Refund, by: Decimal) -> None:
    """So much of what is owed went back by another way. The rest is tried anew, whatever became of the whole."""
    _outdate_reads(payment)
    refund.amount -= by
    payment.refunding -= by
    if refund.status is RefundStatus.FAILED:
        refund.status, refund.failure_reason, refund.try_at = RefundStatus.REQUESTED, None, clock.now()
    ledger.note(session, payment, "refund lowered", f"{refund.amount} {refund.currency}: the rest went back otherwise")


def _outdate_reads(payment: Payment) -> None:
    """A read that has begun may not know of this yet: the next refund must not be made ready by it."""
    payment.read_applied = payment.reads_begun
