"""Try the refunds of a payment again that failed, without waiting for their turn."""

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock

from ..ledger import store as ledger
from ..ledger.tables import Payment
from . import store
from .rules import is_retried
from .tables import Refund


async def retry_refunds(session: AsyncSession, payment: Payment) -> None:
    """The caller holds the payment's lock. They are sent once the provider has been read."""
    for refund in await store.refunds_of(session, payment.id):
        if is_retried(refund):
            _retry(session, payment, refund)


def _retry(session: AsyncSession, payment: Payment, refund: Refund) -> None:
    refund.try_at = payment.ask_at = clock.now()
    ledger.note(session, payment, "refund retried by hand", f"{refund.amount} {refund.currency}")
