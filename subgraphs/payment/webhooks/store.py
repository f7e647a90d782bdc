"""Every SQL statement about webhooks."""

from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, delete
from sqlmodel.ext.asyncio.session import AsyncSession

from .tables import Webhook


async def insert_webhook(session: AsyncSession, webhook: Webhook) -> bool:
    """False when its id was taken in before."""
    values: dict[str, Any] = webhook.model_dump()
    statement = insert(Webhook).values(values).on_conflict_do_nothing().returning(col(Webhook.id))
    return (await session.execute(statement)).first() is not None


async def delete_webhooks(session: AsyncSession, before: datetime) -> None:
    await session.execute(delete(Webhook).where(col(Webhook.received_at) < before))
