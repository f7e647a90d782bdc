"""Ask the provider how a payment stands and take its word: for the webhook, the client and the reconciler alike."""

from uuid import UUID

from chassis.cache import Cache
from chassis.database import Database

from . import store
from .provider import Provider
from .tables import Payment
from .take_reading import take_reading


async def sync_payment(database: Database, cache: Cache, provider: Provider, payment_id: UUID) -> Payment:
    """The payment as it stands afterwards. The provider is asked between two transactions, never inside one."""
    async with database.transaction() as session:
        ticket = await store.begin_read(session, payment_id)
    reading = await provider.read(payment_id)
    async with database.transaction() as session:
        payment = await store.lock_payment(session, payment_id)
        await take_reading(session, cache, payment, ticket, reading)
    return payment
