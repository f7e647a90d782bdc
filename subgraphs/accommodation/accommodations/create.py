"""Create an accommodation, as a draft that nobody sees but its host."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.errors import FieldError, InvalidInput

from ..hosts.store import is_host
from ..words.rules import words_of
from ..words.store import learn_words
from .rules import ensure_accommodation
from .tables import Accommodation


async def create_accommodation(session: AsyncSession, place: Accommodation, by: UUID) -> Accommodation:
    """Raise InvalidInput with every field that is wrong, or where somebody else is named who hosts nothing."""
    ensure_accommodation(place)
    if place.host_id != by and not await is_host(session, place.host_id):
        raise InvalidInput("Places are hosts'.", [FieldError("hostId", "NOT_A_HOST")])
    place.words = words_of(place.name, place.region, place.address_line)
    await learn_words(session, place.words)
    session.add(place)
    return place
