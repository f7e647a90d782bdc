"""Every SQL statement of the search. The rules of a stay are those of `calendar.rules`, said once more in SQL."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Numeric,
    Subquery,
    Text,
    case,
    false,
    func,
    literal,
    select,
)
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.pagination import Order, Page, page

from ..accommodations.tables import Accommodation, AccommodationStatus
from ..calendar.rules import Stay
from ..calendar.tables import Night
from ..room_types.tables import RoomType
from ..words.rules import Likeness
from .rules import BY_PRICE, AccommodationOrder, Wanted, can_be_anywhere

Meanings: TypeAlias = Sequence[Mapping[Likeness, Sequence[str]]]
"""For each word that is asked for, the words it may mean."""

_NEWEST = [Order(col(Accommodation.created_at), descending=True), Order(col(Accommodation.id), descending=True)]


def prices(stay: Stay | None, today: date, digits: int) -> Subquery:
    """(accommodation_id, price) of each place: its `lowestPrice` for the stay, cut to the currency's digits.

    Without a stay the cheapest night ahead that is open and has a room left. With one, only of the places where some
    room type takes it.
    """
    return _prices_ahead(today) if stay is None else _prices_of(stay, today, digits)


async def lowest_prices(
    session: AsyncSession, accommodation_ids: Sequence[UUID], stay: Stay | None, today: date, digits: int
) -> dict[UUID, Decimal]:
    found = prices(stay, today, digits)
    rows = await session.execute(
        select(found.c.accommodation_id, found.c.price).where(found.c.accommodation_id.in_(accommodation_ids))
    )
    return {accommodation_id: price for accommodation_id, price in rows if price is not None}


async def page_of_accommodations(
    session: AsyncSession,
    wanted: Wanted,
    meanings: Meanings,
    stay: Stay | None,
    *,
    order: AccommodationOrder,
    today: date,
    digits: int,
    first: int,
    after: str | None,
    count: bool,
) -> Page[Accommodation]:
    statement = select(Accommodation).where(
        col(Accommodation.status) == AccommodationStatus.PUBLISHED, *_conditions(wanted, meanings)
    )
    priced = prices(stay, today, digits)
    if stay is not None:
        statement = statement.join(priced, priced.c.accommodation_id == Accommodation.id)
    elif wanted.price_from is not None or wanted.price_to is not None or order in BY_PRICE:
        # A place without a price is a place too; a price that is asked for leaves it out below.
        statement = statement.outerjoin(priced, priced.c.accommodation_id == Accommodation.id)
    if wanted.price_from is not None:
        statement = statement.where(priced.c.price >= wanted.price_from)
    if wanted.price_to is not None:
        statement = statement.where(priced.c.price <= wanted.price_to)
    by = _order(order, meanings, Order(priced.c.price, order == AccommodationOrder.PRICE_DESC, nullable=stay is None))
    return await page(session, statement, order=by, first=first, after=after, count=count)


def _order(order: AccommodationOrder, meanings: Meanings, by_price: Order) -> list[Order]:
    if order in BY_PRICE:
        return [by_price, _NEWEST[-1]]
    if order == AccommodationOrder.RELEVANCE and meanings:
        return [Order(_relevance(meanings), descending=True), *_NEWEST]
    return _NEWEST


def _conditions(wanted: Wanted, meanings: Meanings) -> list[ColumnElement[bool]]:
    conditions = [_any_of([word for words in each.values() for word in words]) for each in meanings]
    if wanted.regions:
        conditions.append(col(Accommodation.region).in_(wanted.regions))
    if wanted.host_id:
        conditions.append(col(Accommodation.host_id) == wanted.host_id)
    if wanted.kinds:
        conditions.append(col(Accommodation.kind).in_(wanted.kinds))
    if wanted.amenities:
        conditions.append(col(Accommodation.amenities).contains(wanted.amenities))
    if wanted.guests is not None:
        takes = select(col(RoomType.id)).where(
            col(RoomType.accommodation_id) == Accommodation.id, col(RoomType.max_guests) >= wanted.guests
        )
        conditions.append(takes.exists())
    return conditions


def _any_of(words: Sequence[str]) -> ColumnElement[bool]:
    if not words:
        return false()
    overlaps: ColumnElement[bool] = col(Accommodation.words).op("&&")(literal(list(words), ARRAY(Text)))
    return overlaps


def _relevance(meanings: Meanings) -> ColumnElement[int]:
    """How near each word's nearest meaning is, summed: a whole number, so that a cursor can name it exactly."""
    total: ColumnElement[int] = literal(0)
    for each in meanings:
        nearest = [(_any_of(each[likeness]), int(likeness)) for likeness in sorted(each, reverse=True)]
        total = total + case(*nearest, else_=0) if nearest else total
    return total


def _prices_ahead(today: date) -> Subquery:
    cheapest = (
        select(col(Night.price))
        .where(
            col(Night.room_type_id) == RoomType.id,
            col(Night.date) >= _seen(today),
            ~col(Night.closed),
            col(Night.held) + col(Night.sold) < col(Night.units),
        )
        .order_by(col(Night.price))
        .limit(1)
        .correlate(RoomType)
        .scalar_subquery()
    )
    return (
        select(col(RoomType.accommodation_id), func.min(cheapest, type_=Numeric).label("price"))
        .group_by(col(RoomType.accommodation_id))
        .subquery("priced")
    )


def _prices_of(stay: Stay, today: date, digits: int) -> Subquery:
    """The average night of the cheapest room type that takes the stay, for one room."""
    free = _room_types_free(stay, today)
    average = func.trunc(free.c.total / stay.length, digits, type_=Numeric)
    return (
        select(free.c.accommodation_id, func.min(average, type_=Numeric).label("price"))
        .group_by(free.c.accommodation_id)
        .subquery("priced")
    )


def _room_types_free(stay: Stay, today: date) -> Subquery:
    """(accommodation_id, total for one room) of room types that take the stay on every night of it."""
    check_in, check_out, length = _seen(stay.check_in), _seen(stay.check_out), _seen(stay.length)
    guests = literal(stay.rooms, BigInteger) * col(RoomType.max_guests)
    arrival = func.min(Night.min_nights).filter(col(Night.date) == check_in)
    found: Subquery = (
        select(col(RoomType.accommodation_id), func.sum(Night.price, type_=Numeric).label("total"))
        .join(Night, col(Night.room_type_id) == RoomType.id)
        .where(
            _seen(can_be_anywhere(stay, today)),
            col(RoomType.max_nights) >= length,
            guests >= stay.guests,
            col(Night.date) >= check_in,
            col(Night.date) < check_out,
            ~col(Night.closed),
            col(Night.units) - col(Night.held) - col(Night.sold) >= stay.rooms,
        )
        .group_by(col(RoomType.id))
        .having(func.count() == length, arrival <= length)
        .subquery("free")
    )
    return found


def _seen(value: Any) -> Any:
    """A value the planner must see: one night of ten thousand places is read otherwise than a year of three."""
    return literal(value, literal_execute=True)
