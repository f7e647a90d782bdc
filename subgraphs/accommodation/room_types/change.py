"""Change a room type. Nights that are open keep the units and prices they were opened with."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.money import round_down
from chassis.outbox import publish

from ..accommodations.rules import Reach
from ..events import AccommodationChanged
from . import store
from .rules import ensure_room_type
from .tables import RoomType


async def change_room_type(
    session: AsyncSession, room_type_id: UUID, changes: Mapping[str, Any], reach: Reach, currency: str
) -> RoomType:
    """`changes` are columns with their new values. Raise NotFound or InvalidInput."""
    room_type, place = await store.lock_room_type(session, room_type_id, reach)
    for column, value in changes.items():
        setattr(room_type, column, value)
    ensure_room_type(room_type)
    room_type.base_price = round_down(room_type.base_price, currency)
    publish(session, AccommodationChanged.of(place.id, place.host_id))
    return room_type
