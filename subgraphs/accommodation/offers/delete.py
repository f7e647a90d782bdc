"""Delete accommodations and room types, which nobody who has booked may lose."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.outbox import publish

from ..accommodations.rules import Reach
from ..accommodations.store import lock_accommodation
from ..accommodations.tables import Accommodation, AccommodationStatus
from ..calendar.store import lock_nights_ahead, take_off_sale
from ..events import AccommodationChanged, AccommodationDeleted
from ..photos.show import delete_photos_of
from ..room_types.store import lock_room_type
from . import store
from .rules import LastRoomType, ensure_nothing_booked


async def delete_accommodation(
    session: AsyncSession, accommodation_id: UUID, reach: Reach, today: date
) -> Accommodation:
    """Raise NotFound, or HasBookings while a night ahead is held or sold."""
    place = await lock_accommodation(session, accommodation_id, reach)
    room_type_ids = await store.room_type_ids_of(session, place.id)
    await _take_off_sale(session, room_type_ids, today)
    await delete_photos_of(session, [place.id, *room_type_ids])
    place.deleted_at = clock.now()
    publish(session, AccommodationDeleted.of(place.id, place.host_id))
    return place


async def delete_room_type(session: AsyncSession, room_type_id: UUID, reach: Reach, today: date) -> None:
    """Raise NotFound, LastRoomType of a place on sale, or HasBookings while a night ahead is held or sold."""
    room_type, place = await lock_room_type(session, room_type_id, reach)
    if place.status == AccommodationStatus.PUBLISHED and len(await store.room_type_ids_of(session, place.id)) == 1:
        raise LastRoomType
    await _take_off_sale(session, [room_type.id], today)
    await delete_photos_of(session, [room_type.id])
    room_type.deleted_at = clock.now()
    publish(session, AccommodationChanged.of(place.id, place.host_id))


async def _take_off_sale(session: AsyncSession, room_type_ids: Sequence[UUID], today: date) -> None:
    """Whoever asks for these nights meanwhile waits for their locks, and finds them gone."""
    ensure_nothing_booked(await lock_nights_ahead(session, room_type_ids, today))
    await take_off_sale(session, room_type_ids, today)
