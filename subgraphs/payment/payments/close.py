"""Close a payment: if the provider has no money by now, none counts any more."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.cache import Cache
from chassis.outbox import publish

from ..events import PaymentClosed
from . import store
from .ask_soon import ask_soon
from .rules import UNPAID
from .standing import tell_standing


async def close_payment(session: AsyncSession, cache: Cache, booking_id: UUID) -> None:
    """Answer at once what is decided.

    What is not is written down as wished, and decided by the next reading of the provider under the row's lock: a
    call to the provider has no place inside this transaction.
    """
    await store.lock_booking(session, booking_id)
    payment = await store.lock_payment_of_booking(session, booking_id)
    if payment is None:
        await store.mark_closed(session, booking_id)
        publish(session, PaymentClosed(booking_id=booking_id, payment_id=None))
    elif payment.status in UNPAID:
        if payment.close_requested_at is None:
            payment.close_requested_at = clock.now()
            store.note(session, payment, "close requested")
        ask_soon(session, cache, payment)
    else:
        tell_standing(session, payment)
