"""Create an accommodation, as a draft that nobody sees but its host."""

from sqlmodel.ext.asyncio.session import AsyncSession

from ..words.rules import words_of
from ..words.store import learn_words
from .rules import ensure_accommodation
from .tables import Accommodation


async def create_accommodation(session: AsyncSession, place: Accommodation) -> Accommodation:
    """Raise InvalidInput with every field that is wrong."""
    ensure_accommodation(place)
    place.words = words_of(place.name, place.region, place.address_line)
    await learn_words(session, place.words)
    session.add(place)
    return place
