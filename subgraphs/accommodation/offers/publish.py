"""Publish an accommodation: from now on it is found, and its nights can be booked."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.locks import share
from chassis.outbox import publish

from ..accommodations.rules import Reach
from ..accommodations.store import lock_accommodation
from ..accommodations.tables import Accommodation, AccommodationStatus
from ..events import AccommodationPublished
from . import store
from .rules import HostHasLeft, NoRoomType, of_host


async def publish_accommodation(session: AsyncSession, accommodation_id: UUID, reach: Reach) -> Accommodation:
    """One that is on sale stays so. Raise NotFound, NoRoomType, or HostHasLeft."""
    place = await lock_accommodation(session, accommodation_id, reach)
    if place.status == AccommodationStatus.PUBLISHED:
        return place
    if not await store.room_type_ids_of(session, place.id):
        raise NoRoomType
    await share(session, of_host(place.host_id))
    if await store.has_left(session, place.host_id):
        raise HostHasLeft
    place.status = AccommodationStatus.PUBLISHED
    publish(session, AccommodationPublished.of(place.id, place.host_id))
    return place
