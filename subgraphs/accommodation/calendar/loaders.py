"""Quotes and calendars of room types, a whole level of a query at once."""

from collections.abc import Iterable
from datetime import date
from typing import TypeAlias
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.context import Context

from . import store
from .rules import Quote, Stay, quote_for
from .tables import Night

Range: TypeAlias = tuple[date, date]


async def quotes(context: Context, keys: list[tuple[UUID, Stay]]) -> list[Quote]:
    """What each room type says to each stay. One statement for all rooms, and one for each pair of dates."""
    today = context.settings.today()
    async with context.database.reading() as session:
        offers = await store.offers_by_room_type(session, {room_type_id for room_type_id, _ in keys})
        nights = await _nights(session, [(room_type_id, _range_of(stay)) for room_type_id, stay in keys])
    return [
        quote_for(stay, offers[room_type_id].terms, nights[_range_of(stay)].get(room_type_id, {}), today)
        for room_type_id, stay in keys
    ]


async def calendars(context: Context, keys: list[tuple[UUID, Range]]) -> list[list[Night]]:
    """The nights on sale in each range; none of a place that is not on sale itself."""
    async with context.database.reading() as session:
        offers = await store.offers_by_room_type(session, {room_type_id for room_type_id, _ in keys})
        nights = await _nights(session, keys)
    return [
        list(nights[between].get(room_type_id, {}).values()) if offers[room_type_id].terms.on_sale else []
        for room_type_id, between in keys
    ]


def _range_of(stay: Stay) -> Range:
    """The dates of which nights are needed; none for a stay that is too long for any room."""
    return (stay.check_in, stay.check_out if stay.dates() else stay.check_in)


async def _nights(session: AsyncSession, keys: Iterable[tuple[UUID, Range]]) -> dict[Range, store.Nights]:
    asked: dict[Range, list[UUID]] = {}
    for room_type_id, between in keys:
        asked.setdefault(between, []).append(room_type_id)
    return {between: await store.nights_between(session, ids, *between) for between, ids in asked.items()}


async def run_calendars(context: Context, keys: list[tuple[UUID, Range]]) -> list[list[Night]]:
    """The nights of room types in the back office, which shows what is withdrawn too."""
    async with context.database.reading() as session:
        nights = await _nights(session, keys)
    return [list(nights[between].get(room_type_id, {}).values()) for room_type_id, between in keys]
