"""Create a room type of an accommodation. It sells nothing until nights are opened."""

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.money import round_down
from chassis.outbox import publish

from ..accommodations.rules import Reach
from ..accommodations.store import lock_accommodation
from ..events import AccommodationChanged
from .rules import ensure_room_type
from .tables import RoomType


async def create_room_type(session: AsyncSession, room_type: RoomType, reach: Reach, currency: str) -> RoomType:
    """Raise NotFound or InvalidInput."""
    place = await lock_accommodation(session, room_type.accommodation_id, reach)
    ensure_room_type(room_type)
    room_type.base_price = round_down(room_type.base_price, currency)
    session.add(room_type)
    publish(session, AccommodationChanged.of(place.id, place.host_id))
    return room_type
