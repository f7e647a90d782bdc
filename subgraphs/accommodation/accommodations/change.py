"""Change what is said of an accommodation. What is booked keeps the terms it was booked at."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.outbox import publish

from ..events import AccommodationChanged
from ..words.rules import words_of
from ..words.store import learn_words
from . import store
from .rules import Reach, ensure_accommodation
from .tables import Accommodation


async def change_accommodation(
    session: AsyncSession, accommodation_id: UUID, changes: Mapping[str, Any], reach: Reach
) -> Accommodation:
    """`changes` are columns with their new values. Raise NotFound or InvalidInput."""
    place = await store.lock_accommodation(session, accommodation_id, reach)
    for column, value in changes.items():
        setattr(place, column, value)
    ensure_accommodation(place)
    words = words_of(place.name, place.region, place.address_line)
    if words != place.words:
        place.words = words
        await learn_words(session, words)
    publish(session, AccommodationChanged.of(place.id, place.host_id))
    return place
