"""Tell the booking how its payment stands: the answer to whatever was asked, however often."""

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.outbox import publish

from ..events import PaymentClosed, PaymentOpened, PaymentPaid, PaymentRefused
from ..ledger.tables import Payment

WRONG_AMOUNT = "What was paid was not what was asked. It is given back in full."


def announce_payment(session: AsyncSession, payment: Payment) -> None:
    """What was said first stays said: money that came after `closed` changes nothing for the booking."""
    if payment.closed_at is not None:
        publish(session, PaymentClosed(booking_id=payment.booking_id, payment_id=payment.id))
    elif payment.refused_at is not None:
        publish(session, PaymentRefused(booking_id=payment.booking_id, reason="PAYMENT_FAILED", message=WRONG_AMOUNT))
    elif payment.paid_at is not None:
        publish(
            session,
            PaymentPaid(
                booking_id=payment.booking_id, payment_id=payment.id, amount=payment.amount, paid_at=payment.paid_at
            ),
        )
    else:
        publish(session, PaymentOpened(booking_id=payment.booking_id, payment_id=payment.id, amount=payment.amount))
