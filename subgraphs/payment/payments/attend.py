"""Attend to a payment that is due: ask the provider, then do there what is to be done."""

from uuid import UUID

from chassis.cache import Cache
from chassis.database import Database

from .close_account import close_account
from .provider import Provider
from .rules import has_account_to_close
from .send_refund import send_refund
from .sync import sync_payment


async def attend_payment(database: Database, cache: Cache, provider: Provider, payment_id: UUID) -> None:
    payment = await sync_payment(database, cache, provider, payment_id)
    if has_account_to_close(payment):
        await close_account(database, cache, provider, payment_id)
    while await send_refund(database, provider, payment_id):
        await sync_payment(database, cache, provider, payment_id)
