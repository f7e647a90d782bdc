"""Find places: what may be meant by the words first, then the page of the places they are found by."""

from datetime import date

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.pagination import Page

from ..accommodations.tables import Accommodation
from ..calendar.rules import Stay
from ..words.find import find_meanings
from . import store
from .rules import AccommodationOrder, Wanted


async def find_accommodations(
    session: AsyncSession,
    wanted: Wanted,
    stay: Stay | None,
    *,
    order: AccommodationOrder,
    today: date,
    digits: int,
    first: int,
    after: str | None,
    count: bool,
) -> Page[Accommodation]:
    """A page of the places on sale; with a stay, only of those where one room type takes all of it."""
    meanings = await find_meanings(session, wanted.words)
    return await store.page_of_accommodations(
        session,
        wanted,
        meanings,
        stay,
        order=order,
        today=today,
        digits=digits,
        first=first,
        after=after,
        count=count,
    )
