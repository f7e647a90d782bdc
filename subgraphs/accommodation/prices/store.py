"""Every SQL statement about prices. The rules of a stay are those of `calendar.rules`, said once more in SQL."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Numeric, Subquery, func, literal, select, true, union_all
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from ..calendar.rules import Stay, can_be_anywhere
from ..calendar.tables import Night
from ..room_types.tables import RoomType
from .tables import LowestPrice


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


def _prices_ahead(today: date) -> Subquery:
    """As `lowest_prices` has them; of the few of which the last night is over, by a look at the nights.

    Two halves, so that the planner does not take the price of that look for what every row costs.
    """
    cheapest = (
        select(col(Night.price))
        .where(col(Night.room_type_id) == LowestPrice.room_type_id, col(Night.date) >= seen(today), *_is_free())
        .order_by(col(Night.price))
        .limit(1)
        .correlate(LowestPrice)
        .scalar_subquery()
    )
    room_type_id, until = col(LowestPrice.room_type_id), col(LowestPrice.until)
    known = union_all(
        select(room_type_id, col(LowestPrice.price)).where(until >= seen(today)),
        select(room_type_id, cheapest).where(until < seen(today)),
    ).subquery("known")
    return (
        select(col(RoomType.accommodation_id), func.min(known.c.price, type_=Numeric).label("price"))
        .join(known, known.c.room_type_id == RoomType.id)
        .group_by(col(RoomType.accommodation_id))
        .subquery("priced")
    )


def _is_free() -> tuple[ColumnElement[bool], ...]:
    """As the indexes of free nights have it."""
    return (~col(Night.closed), col(Night.held) + col(Night.sold) < col(Night.units))


async def renew_lowest_prices(session: AsyncSession, today: date, limit: int) -> int:
    """Of rooms whose cheapest night is over; how many those were. What another worker is at is left to it."""
    over = (
        select(col(LowestPrice.room_type_id))
        .where(col(LowestPrice.until) < today)
        .order_by(col(LowestPrice.room_type_id))
        .limit(limit)
        .with_for_update(skip_locked=True)
        .subquery()
    )
    renewed = await session.execute(select(func.refresh_lowest_price(over.c.room_type_id, literal(today, Date))))
    return len(renewed.all())


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
    check_in, check_out, length = seen(stay.check_in), seen(stay.check_out), seen(stay.length)
    in_each = -(-stay.guests // stay.rooms)
    rooms_left = col(Night.units) - col(Night.held) - col(Night.sold)
    # All of it said so that the planner expects many: what equals something or is computed, it takes for rare.
    has_all = func.count() >= length
    long_enough = func.bool_and(col(Night.min_nights) <= length).filter(col(Night.date) == check_in)
    found: Subquery = (
        select(col(RoomType.accommodation_id), func.sum(Night.price, type_=Numeric).label("total"))
        .join(Night, col(Night.room_type_id) == RoomType.id)
        .where(
            seen(can_be_anywhere(stay, today)),
            col(RoomType.max_nights) >= length,
            col(RoomType.max_guests) >= in_each,
            col(Night.date) >= check_in,
            col(Night.date) < check_out,
            *_is_free(),
            rooms_left >= stay.rooms if stay.rooms > 1 else true(),
        )
        .group_by(col(RoomType.id))
        .having(has_all, long_enough)
        .subquery("free")
    )
    return found


def seen(value: Any, type_: Any = None) -> Any:
    """A value the planner must see: one night of ten thousand places is read otherwise than a year of three."""
    return literal(value, type_, literal_execute=True)
