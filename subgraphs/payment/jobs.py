"""What payment does by the clock: payments and refunds about which the provider is to be asked.

Webhooks, commands and long silence all set the same mark on a payment; here the marks are taken up. Any number of
workers share them: each takes some for the time of a lease, and whoever dies leaves them to the next.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

import structlog

from chassis import clock
from chassis.cache import Cache
from chassis.database import Database

from .ledger.request_reconciliation import DUE
from .ledger.rules import LEASE
from .payments import store
from .payments.reconcile import reconcile_payment
from .provider.portone import PortOne
from .provider.protocol import Provider, ProviderError
from .settings import Settings

logger = structlog.get_logger(__name__)

# What is due and was not given to us is another worker's this very moment.
_PAUSE = 0.05


async def reconcile_due_payments(database: Database, cache: Cache, provider: PortOne, settings: Settings) -> None:
    """Runs until it is cancelled; what it has begun then is taken up by another once its lease is over."""
    busy: set[asyncio.Task[None]] = set()
    async with cache.joined(DUE) as nudged, asyncio.TaskGroup() as running:
        while True:
            nudged.clear()
            for payment_id in await _take_due(database, settings.reconcile_at_once - len(busy)):
                task = running.create_task(reconcile(database, cache, provider, payment_id))
                busy.add(task)
                task.add_done_callback(busy.discard)
            if len(busy) == settings.reconcile_at_once:
                await asyncio.wait(busy, return_when=asyncio.FIRST_COMPLETED)
                continue
            patience = await _until_due(database, settings.look_seconds)
            with suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    await nudged.wait()


async def _take_due(database: Database, room: int) -> Sequence[UUID]:
    async with database.transaction() as session:
        return await store.take_due(session, room, LEASE)


async def reconcile(database: Database, cache: Cache, provider: Provider, payment_id: UUID) -> None:
    """One payment's trouble keeps no other waiting; its lease is over before long, and it comes again."""
    try:
        await reconcile_payment(database, cache, provider, payment_id)
    except ProviderError as error:
        logger.warning("provider_failed", payment_id=str(payment_id), error=str(error))
    except Exception:
        logger.exception("payment_not_reconciled", payment_id=str(payment_id))


async def _until_due(database: Database, at_most: float) -> float:
    async with database.reading() as session:
        due_at = await store.next_due(session)
    return at_most if due_at is None else min(max((due_at - clock.now()).total_seconds(), _PAUSE), at_most)
