"""Put a place on one's wishlist, and take it off. Done twice it is done once."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.errors import NotFound

from ..accommodations.store import known_accommodations
from ..accommodations.tables import Accommodation
from . import store


async def add_to_wishlist(session: AsyncSession, user_id: UUID, accommodation_id: UUID) -> Accommodation:
    """Raise NotFound for what is deleted or was never shown."""
    place = await _known(session, accommodation_id)
    if place.deleted_at is not None:
        raise _not_found()
    await store.insert_wish(session, user_id, place.id, clock.now())
    return place


async def remove_from_wishlist(session: AsyncSession, user_id: UUID, accommodation_id: UUID) -> Accommodation:
    """Raise NotFound for what was never shown."""
    place = await _known(session, accommodation_id)
    await store.delete_wish(session, user_id, place.id)
    return place


async def _known(session: AsyncSession, accommodation_id: UUID) -> Accommodation:
    found = await known_accommodations(session, [accommodation_id])
    if accommodation_id not in found:
        raise _not_found()
    return found[accommodation_id]


def _not_found() -> NotFound:
    return NotFound("There is no such accommodation.")
