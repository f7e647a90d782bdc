"""Find places: what may be meant by the words first, then the page of the places they are found by."""

from datetime import date
from itertools import islice

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.pagination import Page, ensure_page_size

from ..calendar.rules import Stay
from ..words.find import find_meanings
from . import store
from .rules import AccommodationOrder, Region, Wanted, ensure_order, regions_beginning_with


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
) -> Page[store.Place]:
    """A page of the places on sale; with a stay, only of those where one room type takes all of it."""
    ensure_order(order, wanted)
    meanings = await find_meanings(session, wanted.words)
    return await store.page_of_places(
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


async def find_regions(session: AsyncSession, text: str | None, first: int) -> list[Region]:
    """Where there are places on sale, the fullest first."""
    size = ensure_page_size(first)
    return list(islice(regions_beginning_with(text, await store.regions(session)), size))
