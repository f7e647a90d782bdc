"""Ask the provider how a payment stands and take its word: for the webhook, the client and the reconciler alike."""

from uuid import UUID

from chassis.cache import Cache
from chassis.database import Database

from ..ledger import store as ledger
from ..ledger.tables import Payment
from ..provider.protocol import Provider, ProviderAway
from . import store
from .apply_snapshot import apply_snapshot
from .rules import contradicts


async def sync_payment(database: Database, cache: Cache, provider: Provider, payment_id: UUID) -> Payment:
    """The payment as it stands afterwards. The provider is asked between two transactions, never inside one."""
    async with database.transaction() as session:
        ticket = await store.begin_read(session, payment_id)
    snapshot = await provider.read(payment_id)
    async with database.transaction() as session:
        payment = await ledger.lock_payment(session, payment_id)
        if contradicts(payment, ticket, snapshot):
            raise ProviderAway(f"says {snapshot.said} of a payment that was paid")
        await apply_snapshot(session, cache, payment, ticket, snapshot)
    return payment
