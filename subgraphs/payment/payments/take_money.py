"""Take the money the provider says came: it is what was asked, or it goes back in full."""

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock

from . import store
from .reading import Reading
from .refund import owe_refund
from .rules import Finding, left_to_refund
from .standing import tell_standing
from .tables import Payment, PaymentStatus, RefundCause


def take_money(session: AsyncSession, payment: Payment, found: Finding, reading: Reading) -> None:
    payment.paid_amount, payment.paid_currency, payment.paid_at = reading.total, reading.currency, reading.paid_at
    payment.status = PaymentStatus.PAID
    payment.failure_reason = None
    store.note(session, payment, found.name.lower().replace("_", " "), f"{reading.total} {reading.currency}")
    if found is Finding.WRONG_AMOUNT:
        payment.refused_at = clock.now()
    if found is not Finding.LATE:
        tell_standing(session, payment)
    if found is not Finding.PAID:
        _owe_all_of_it(session, payment, found, reading)


def _owe_all_of_it(session: AsyncSession, payment: Payment, found: Finding, reading: Reading) -> None:
    """What the provider has given back already is taken down by whoever follows the refunds."""
    owed = left_to_refund(payment) - reading.cancelled
    late = found is Finding.LATE
    if owed > 0:
        owe_refund(
            session,
            payment,
            owed,
            reason="The payment came too late." if late else "The payment was not what was asked.",
            cause=RefundCause.LATE if late else RefundCause.WRONG_AMOUNT,
        )
