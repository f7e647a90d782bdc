"""End a payment to which no money came."""

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock

from . import store
from .standing import tell_standing
from .tables import Payment, PaymentStatus


def end_unpaid(session: AsyncSession, payment: Payment, why: str) -> None:
    payment.status = PaymentStatus.CLOSED
    payment.closed_at = clock.now()
    store.note(session, payment, "closed", why)
    tell_standing(session, payment)
