"""Every SQL statement about what goes on sale and off it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ..accommodations.tables import FormerHost
from ..room_types.tables import RoomType


async def room_type_ids_of(session: AsyncSession, accommodation_id: UUID) -> Sequence[UUID]:
    found = select(RoomType.id).where(RoomType.accommodation_id == accommodation_id, col(RoomType.deleted_at).is_(None))
    return (await session.exec(found.order_by(col(RoomType.id)))).all()


async def insert_former_host(session: AsyncSession, user_id: UUID) -> None:
    """Who left is gone, however often it is told."""
    await session.exec(insert(FormerHost).values(user_id=user_id).on_conflict_do_nothing())


async def has_left(session: AsyncSession, user_id: UUID) -> bool:
    return await session.get(FormerHost, user_id) is not None
