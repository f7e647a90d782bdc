"""Withdraw accommodations: they are found and booked no more, and what is booked stays booked."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.locks import outwait
from chassis.outbox import publish

from ..accommodations.rules import NeverPublished, Reach
from ..accommodations.store import lock_accommodation, lock_published_of
from ..accommodations.tables import Accommodation, AccommodationStatus
from ..events import AccommodationWithdrawn
from . import store
from .rules import of_host


async def withdraw_accommodation(session: AsyncSession, accommodation_id: UUID, reach: Reach) -> Accommodation:
    """One that is withdrawn stays so. Raise NotFound, or NeverPublished."""
    place = await lock_accommodation(session, accommodation_id, reach)
    if place.status == AccommodationStatus.DRAFT:
        raise NeverPublished
    if place.status == AccommodationStatus.PUBLISHED:
        _withdraw(session, place)
    return place


async def withdraw_places_of(session: AsyncSession, host_id: UUID) -> None:
    """For a host who is there no more: nothing of theirs goes on sale again."""
    await outwait(session, of_host(host_id))
    await store.insert_former_host(session, host_id)
    for place in await lock_published_of(session, host_id):
        _withdraw(session, place)


def _withdraw(session: AsyncSession, place: Accommodation) -> None:
    place.status = AccommodationStatus.WITHDRAWN
    publish(session, AccommodationWithdrawn.of(place.id, place.host_id))
