"""Take the money the provider says came: it is what was asked, or it goes back in full."""

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock

from ..ledger import store as ledger
from ..ledger.rules import left_to_refund
from ..ledger.tables import Payment, PaymentStatus
from ..provider.snapshot import Snapshot
from ..refunds.owe import owe_refund
from ..refunds.tables import RefundCause
from .announce import announce_payment
from .rules import Finding


def receive_money(session: AsyncSession, payment: Payment, found: Finding, snapshot: Snapshot) -> None:
    payment.paid_amount, payment.paid_currency, payment.paid_at = snapshot.total, snapshot.currency, snapshot.paid_at
    payment.status = PaymentStatus.PAID
    payment.failure_reason = None
    ledger.note(session, payment, found.name.lower().replace("_", " "), f"{snapshot.total} {snapshot.currency}")
    if found is Finding.WRONG_AMOUNT:
        payment.refused_at = clock.now()
    if found is not Finding.LATE:
        announce_payment(session, payment)
    if found is not Finding.PAID:
        _owe_all_of_it(session, payment, found, snapshot)


def _owe_all_of_it(session: AsyncSession, payment: Payment, found: Finding, snapshot: Snapshot) -> None:
    """What the provider has given back already is taken down by whoever follows the refunds."""
    owed = left_to_refund(payment) - snapshot.cancelled
    late = found is Finding.LATE
    if owed > 0:
        owe_refund(
            session,
            payment,
            owed,
            reason="The payment came too late." if late else "The payment was not what was asked.",
            cause=RefundCause.LATE if late else RefundCause.WRONG_AMOUNT,
        )
