"""Owe a part of a payment to its payer; asked again by the same id, say what became of it."""

from decimal import Decimal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.cache import Cache
from chassis.ids import uuid7
from chassis.outbox import publish

from ..events import PaymentRefunded, RefundFailed
from . import store
from .ask_soon import ask_soon
from .rules import first_status, refusal_to_refund
from .tables import Payment, Refund, RefundCause, RefundStatus


async def refund_payment(
    session: AsyncSession, cache: Cache, booking_id: UUID, *, refund_id: UUID, amount: Decimal, reason: str
) -> None:
    """What can't be given back is answered and not kept: asked again, it is decided anew."""
    payment = await store.lock_payment_of_booking(session, booking_id)
    known = await store.find_refund(session, refund_id)
    refusal = _refusal(payment, known, amount)
    if payment is None or refusal is not None:
        said = RefundFailed(
            booking_id=booking_id,
            payment_id=payment.id if payment else None,
            refund_id=refund_id,
            amount=amount,
            reason=refusal or "NO_SUCH_PAYMENT",
        )
        publish(session, said)
    elif known is not None:
        _tell_outcome(session, payment, known)
    else:
        owe_refund(session, payment, amount, reason=reason, cause=RefundCause.ASKED, refund_id=refund_id)
        ask_soon(session, cache, payment)


def _refusal(payment: Payment | None, known: Refund | None, amount: Decimal) -> str | None:
    if payment is None:
        return "NO_SUCH_PAYMENT"
    if known is not None:
        return None if known.payment_id == payment.id else "REFUND_OF_ANOTHER_PAYMENT"
    return refusal_to_refund(payment, amount)


def owe_refund(
    session: AsyncSession,
    payment: Payment,
    amount: Decimal,
    *,
    reason: str,
    cause: RefundCause,
    refund_id: UUID | None = None,
) -> Refund:
    status = first_status(payment)
    payment.refunding += amount
    refund = Refund(
        id=refund_id or uuid7(),
        payment_id=payment.id,
        amount=amount,
        currency=payment.paid_currency or payment.currency,
        reason=reason,
        cause=cause,
        status=status,
        try_at=clock.now() if status is RefundStatus.REQUESTED else None,
    )
    session.add(refund)
    store.note(session, payment, "refund requested", f"{amount} {payment.paid_currency}: {reason}")
    return refund


def _tell_outcome(session: AsyncSession, payment: Payment, refund: Refund) -> None:
    said = {
        "booking_id": payment.booking_id,
        "payment_id": payment.id,
        "refund_id": refund.id,
        "amount": refund.amount,
    }
    if refund.status is RefundStatus.SUCCEEDED:
        publish(session, PaymentRefunded.model_validate(said))
    elif refund.status is RefundStatus.FAILED:
        publish(session, RefundFailed.model_validate(said | {"reason": refund.failure_reason or ""}))
