"""Close the account number of a payment at the provider, so that nothing can be paid into it any more."""

from uuid import UUID

from chassis.cache import Cache
from chassis.database import Database

from ..ledger import store as ledger
from ..provider.protocol import NothingToClose, Provider, ProviderRefused
from .close import close_unpaid
from .rules import has_account_to_close
from .sync import sync_payment


async def close_account(database: Database, cache: Cache, provider: Provider, payment_id: UUID) -> None:
    why = "the account number is closed"
    try:
        await provider.close_account(payment_id, key=f"close-{payment_id}")
    except NothingToClose:  # the deposit came first, or the account ended by itself: the next read says which
        await sync_payment(database, cache, provider, payment_id)
    except ProviderRefused as refused:  # what is still paid into it goes back as late
        why = f"the account number could not be closed: {refused.kind}"
    async with database.transaction() as session:
        payment = await ledger.lock_payment(session, payment_id)
        if has_account_to_close(payment):
            close_unpaid(session, payment, why)
