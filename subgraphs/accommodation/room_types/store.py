"""Every SQL statement about room types."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.errors import NotFound

from ..accommodations.rules import Reach
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


async def room_types_with_places(
    session: AsyncSession, ids: Sequence[UUID]
) -> dict[UUID, tuple[RoomType, Accommodation]]:
    """Of drafts and deleted ones too: who may see them is for whoever asks."""
    rows = await session.exec(
        select(RoomType, Accommodation)
        .join(Accommodation, col(Accommodation.id) == RoomType.accommodation_id)
        .where(col(RoomType.id).in_(ids))
        .execution_options(include_deleted=True)
    )
    return {room_type.id: (room_type, place) for room_type, place in rows}


async def lock_room_type(session: AsyncSession, room_type_id: UUID, reach: Reach) -> tuple[RoomType, Accommodation]:
    """The room type and its place, which no other change of a host touches until the transaction ends.

    Raise NotFound for what is deleted or out of reach.
    """
    found = (
        select(Accommodation, RoomType)
        .join(RoomType, col(RoomType.accommodation_id) == Accommodation.id)
        .where(RoomType.id == room_type_id)
        .with_for_update(key_share=True)
    )
    row = (await session.exec(found)).first()
    if row is None or not reach.includes(row[0].host_id):
        raise NotFound("There is no such room type.")
    return row[1], row[0]
