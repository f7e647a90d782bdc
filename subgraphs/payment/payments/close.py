"""Close a payment: if the provider has no money by now, none counts any more."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.cache import Cache
from chassis.outbox import publish

from ..events import PaymentClosed
from ..ledger import store as ledger
from ..ledger.request_reconciliation import request_reconciliation
from ..ledger.tables import Payment, PaymentStatus
from . import store
from .announce import announce_payment
from .rules import UNPAID


async def close_payment(session: AsyncSession, cache: Cache, booking_id: UUID) -> None:
    """Answer at once what is decided.

    What is not is written down as wished, and decided by the next read of the provider under the row's lock: a
    call to the provider has no place inside this transaction.
    """
    await store.lock_booking(session, booking_id)
    payment = await ledger.lock_payment_of_booking(session, booking_id)
    if payment is None:
        await store.mark_closed(session, booking_id)
        publish(session, PaymentClosed(booking_id=booking_id, payment_id=None))
    elif payment.status in UNPAID:
        if payment.close_requested_at is None:
            payment.close_requested_at = clock.now()
            ledger.note(session, payment, "close requested")
        request_reconciliation(session, cache, payment)
    else:
        announce_payment(session, payment)


def close_unpaid(session: AsyncSession, payment: Payment, why: str) -> None:
    """No money came to it; the caller holds the lock of its row."""
    payment.status = PaymentStatus.CLOSED
    payment.closed_at = clock.now()
    ledger.note(session, payment, "closed", why)
    announce_payment(session, payment)
