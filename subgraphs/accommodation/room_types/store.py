"""Every SQL statement about room types."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ..accommodations.tables import Accommodation, AccommodationStatus
from .tables import RoomType


async def known_room_types(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, RoomType]:
    """Those of places that were ever shown, by id, deleted ones among them: something older points at them."""
    rows = await session.exec(
        select(RoomType)
        .join(Accommodation, col(Accommodation.id) == RoomType.accommodation_id)
        .where(col(RoomType.id).in_(ids), col(Accommodation.status) != AccommodationStatus.DRAFT)
        .execution_options(include_deleted=True)
    )
    return {row.id: row for row in rows}


async def room_types_of(session: AsyncSession, accommodation_ids: Sequence[UUID]) -> dict[UUID, list[RoomType]]:
    """The room types of each place, oldest first."""
    rows = await session.exec(
        select(RoomType)
        .where(col(RoomType.accommodation_id).in_(accommodation_ids))
        .order_by(col(RoomType.created_at), col(RoomType.id))
    )
    found: dict[UUID, list[RoomType]] = {}
    for row in rows:
        found.setdefault(row.accommodation_id, []).append(row)
    return found
