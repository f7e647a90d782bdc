"""Owe a part of a payment to its payer: written down first, sent later."""

from decimal import Decimal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.ids import uuid7

from ..ledger import store as ledger
from ..ledger.tables import Payment
from .rules import first_status
from .tables import Refund, RefundCause, RefundStatus


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
    ledger.note(session, payment, "refund requested", f"{amount} {payment.paid_currency}: {reason}")
    return refund
