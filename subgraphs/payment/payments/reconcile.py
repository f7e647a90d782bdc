"""Reconcile a payment with the provider: ask how it stands, then do there what is to be done."""

from uuid import UUID

from chassis.cache import Cache
from chassis.database import Database

from ..ledger import store as ledger
from ..ledger.tables import Payment
from ..provider.protocol import Provider
from ..refunds.retry import retry_refunds
from ..refunds.send import send_refund
from .close_account import close_account
from .patience import patience
from .rules import has_account_to_close
from .sync import sync_payment


async def reconcile_payment(database: Database, cache: Cache, provider: Provider, payment_id: UUID) -> None:
    """Raises NotFound, and ProviderError; what was done until then stays done."""
    payment = await sync_payment(database, cache, provider, payment_id)
    if has_account_to_close(payment):
        await close_account(database, cache, provider, payment_id)
    while await send_refund(database, provider, payment_id):
        await sync_payment(database, cache, provider, payment_id)


async def reconcile_on_request(database: Database, cache: Cache, provider: Provider, payment_id: UUID) -> Payment:
    """For an administrator who wants to know now: refunds that failed are tried again at once, given up or not.

    Raises NotFound, and Unavailable while the provider is away.
    """
    async with database.transaction() as session:
        await retry_refunds(session, await ledger.lock_payment(session, payment_id))
    async with patience():
        await reconcile_payment(database, cache, provider, payment_id)
    async with database.reading() as session:
        return await ledger.get_payment(session, payment_id)
