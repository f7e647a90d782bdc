"""An administrator gives a part of a payment back; the same key is the same refund, however often it is sent."""

from decimal import Decimal
from uuid import UUID, uuid5

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.cache import Cache
from chassis.outbox import publish

from ..events import RefundRequested
from ..ledger import store as ledger
from ..ledger.request_reconciliation import request_reconciliation
from ..ledger.tables import Payment
from . import store
from .owe import owe_refund
from .rules import ensure_key, ensure_reason, ensure_refundable, ensure_same_refund
from .tables import RefundCause


async def request_refund_by_hand(
    session: AsyncSession, cache: Cache, payment_id: UUID, *, key: str, amount: Decimal, reason: str
) -> Payment:
    """The booking is told at once: what it gives back from now on is less by so much.

    Raises InvalidInput, NotFound, RefundExceedsPayment, and IdempotencyMismatch for another refund's key.
    """
    ensure_key(key)
    ensure_reason(reason, "reason")
    payment = await ledger.lock_payment(session, payment_id)
    refund_id = uuid5(payment_id, key)
    known = await store.find_refund(session, refund_id)
    if known is not None:
        ensure_same_refund(known, amount, reason)
        return payment
    ensure_refundable(payment, amount)
    owe_refund(session, payment, amount, reason=reason, cause=RefundCause.BY_HAND, refund_id=refund_id)
    request_reconciliation(session, cache, payment)
    publish(
        session,
        RefundRequested(booking_id=payment.booking_id, payment_id=payment.id, refund_id=refund_id, amount=amount),
    )
    return payment
