"""Every SQL statement about hosts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, delete
from sqlmodel.ext.asyncio.session import AsyncSession

from .tables import Host


async def upsert_host(session: AsyncSession, user_id: UUID, at: datetime) -> None:
    host = insert(Host).values(user_id=user_id, said_at=at)
    newer = col(Host.said_at) < host.excluded.said_at
    await session.exec(host.on_conflict_do_update(index_elements=["user_id"], set_={"said_at": at}, where=newer))


async def delete_host(session: AsyncSession, user_id: UUID, at: datetime) -> None:
    """Unless something newer was said."""
    await session.exec(delete(Host).where(col(Host.user_id) == user_id, col(Host.said_at) <= at))


async def is_host(session: AsyncSession, user_id: UUID) -> bool:
    return await session.get(Host, user_id) is not None
