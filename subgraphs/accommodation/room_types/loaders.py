"""Room types by id and by place, a whole level of a query at once."""

from uuid import UUID

from chassis.context import Context

from ..accommodations.rules import Reach
from . import store
from .tables import RoomType


async def room_types_by_id(context: Context, ids: list[UUID]) -> list[RoomType | None]:
    async with context.database.reading() as session:
        found = await store.known_room_types(session, ids)
    return [found.get(room_type_id) for room_type_id in ids]


async def room_types_of(context: Context, accommodation_ids: list[UUID]) -> list[list[RoomType]]:
    async with context.database.reading() as session:
        found = await store.room_types_of(session, accommodation_ids)
    return [found.get(accommodation_id, []) for accommodation_id in accommodation_ids]


async def run_room_types_by_id(context: Context, ids: list[UUID]) -> list[RoomType | None]:
    """As the back office may see them: those of their own places for hosts, all for administrators."""
    reach = Reach.of(context.principal)
    async with context.database.reading() as session:
        found = await store.room_types_with_places(session, ids)
    reached = {key: room_type for key, (room_type, place) in found.items() if reach.includes(place.host_id)}
    return [reached.get(room_type_id) for room_type_id in ids]
