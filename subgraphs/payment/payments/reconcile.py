"""Attend to a payment now, because an administrator wants to know."""

from uuid import UUID

from chassis.cache import Cache
from chassis.database import Database
from chassis.errors import Unavailable

from . import store
from .attend import attend_payment
from .provider import Provider, ProviderError
from .tables import Payment


async def reconcile_payment(database: Database, cache: Cache, provider: Provider, payment_id: UUID) -> Payment:
    """Raises NotFound, and Unavailable while the provider does not answer."""
    try:
        await attend_payment(database, cache, provider, payment_id)
    except ProviderError as error:
        raise Unavailable(retry_after=5, message="The payment provider does not answer. Please try again.") from error
    async with database.reading() as session:
        return await store.get_payment(session, payment_id)
