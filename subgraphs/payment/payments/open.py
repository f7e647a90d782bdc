"""Open the one payment of a booking; asked again, say how it stands."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.outbox import publish

from ..events import PaymentClosed, PaymentRefused
from ..ledger import store as ledger
from ..ledger.rules import SILENCE
from ..ledger.tables import Payment
from . import store
from .announce import announce_payment
from .rules import refusal_to_open


async def open_payment(
    session: AsyncSession,
    booking_id: UUID,
    *,
    payer_id: UUID,
    amount: Decimal,
    currency: str,
    our_currency: str,
    order_name: str,
    due_at: datetime,
    account_due_by: datetime | None,
) -> None:
    await store.lock_booking(session, booking_id)
    known = await ledger.lock_payment_of_booking(session, booking_id)
    if known is not None:
        announce_payment(session, known)
    elif await store.is_marked_closed(session, booking_id):
        publish(session, PaymentClosed(booking_id=booking_id, payment_id=None))
    elif refusal := refusal_to_open(amount, currency, our_currency):
        publish(session, PaymentRefused(booking_id=booking_id, reason="PAYMENT_FAILED", message=refusal))
    else:
        payment = Payment(
            booking_id=booking_id,
            payer_id=payer_id,
            amount=amount,
            currency=currency,
            order_name=order_name,
            due_at=due_at,
            account_due_by=account_due_by,
            ask_at=clock.now() + SILENCE,
        )
        await _record(session, payment)
        announce_payment(session, payment)


async def _record(session: AsyncSession, payment: Payment) -> None:
    session.add(payment)
    await session.flush()  # its history points at it
    ledger.note(session, payment, "opened", f"{payment.amount} {payment.currency}")
