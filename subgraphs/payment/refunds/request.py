"""Take the booking's wish to give a part back; asked again by the same id, say what became of it."""

from decimal import Decimal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.cache import Cache
from chassis.outbox import publish

from ..events import PaymentRefunded, RefundFailed
from ..ledger import store as ledger
from ..ledger.request_reconciliation import request_reconciliation
from ..ledger.rules import left_to_refund
from ..ledger.tables import Payment
from . import store
from .owe import owe_refund
from .rules import EXCEEDS, is_given_up, refusal_to_refund
from .tables import Refund, RefundCause, RefundStatus


async def request_refund(
    session: AsyncSession, cache: Cache, booking_id: UUID, *, refund_id: UUID, amount: Decimal, reason: str
) -> None:
    """What can't be given back is answered and not kept: asked again, it is decided anew."""
    payment = await ledger.lock_payment_of_booking(session, booking_id)
    known = await store.find_refund(session, refund_id)
    refusal = _refusal(payment, known, amount)
    if payment is None or refusal is not None:
        said = RefundFailed(
            booking_id=booking_id,
            payment_id=payment.id if payment else None,
            refund_id=refund_id,
            amount=amount,
            reason=refusal or "NO_SUCH_PAYMENT",
            final=True,
            left=left_to_refund(payment) if payment and refusal == EXCEEDS else None,
        )
        publish(session, said)
    elif known is not None:
        _tell_outcome(session, payment, known)
    else:
        owe_refund(session, payment, amount, reason=reason, cause=RefundCause.ASKED, refund_id=refund_id)
        request_reconciliation(session, cache, payment)


def _refusal(payment: Payment | None, known: Refund | None, amount: Decimal) -> str | None:
    if payment is None:
        return "NO_SUCH_PAYMENT"
    if known is not None:
        return None if known.payment_id == payment.id else "REFUND_OF_ANOTHER_PAYMENT"
    return refusal_to_refund(payment, amount)


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
        failed = {"reason": refund.failure_reason or "", "final": is_given_up(refund), "left": None}
        publish(session, RefundFailed.model_validate(said | failed))
