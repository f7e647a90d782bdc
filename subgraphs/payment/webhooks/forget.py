"""Forget webhooks so old that none of them can come again: what they led to stands in the histories of payments."""

from datetime import timedelta

from chassis import clock
from chassis.database import Database

from ..settings import Settings
from . import store


async def forget_old_webhooks(database: Database, settings: Settings) -> None:
    async with database.transaction() as session:
        await store.delete_webhooks(session, clock.now() - timedelta(days=settings.webhook_retention_days))
