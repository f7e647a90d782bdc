"""Every SQL statement about what goes on sale and off it."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ..room_types.tables import RoomType


async def room_type_ids_of(session: AsyncSession, accommodation_id: UUID) -> Sequence[UUID]:
    found = select(RoomType.id).where(RoomType.accommodation_id == accommodation_id, col(RoomType.deleted_at).is_(None))
    return (await session.exec(found.order_by(col(RoomType.id)))).all()
