"""Every SQL statement of the search."""

from collections.abc import Mapping, Sequence
from datetime import date
from math import asin, sin
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import ARRAY, Boolean, ColumnElement, Double, Text, case, false, func, literal, or_, select, true
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.pagination import Order, Page, page

from ..accommodations.tables import Accommodation, AccommodationStatus
from ..calendar.rules import Stay
from ..prices.store import prices, seen
from ..room_types.tables import RoomType
from ..words.rules import Likeness
from .rules import BY_PRICE, AccommodationOrder, Bounds, Near, Region, Wanted, spans_of

Meanings: TypeAlias = Sequence[Mapping[Likeness, Sequence[str]]]
"""For each word that is asked for, the words it may mean."""

_NEWEST = [Order(col(Accommodation.created_at), descending=True), Order(col(Accommodation.id), descending=True)]
_EARTH_RADIUS = 6_371_008.8
"""The mean one, in metres: what bends a straight line through the earth; how long that is, is exact."""


class Place(NamedTuple):
    """A place that was found, and how far it is in a straight line where that was asked for."""

    row: Accommodation
    metres: float | None = None

    @property
    def distance_km(self) -> float:
        """Along the ground."""
        return 2 * _EARTH_RADIUS * asin(min(1.0, (self.metres or 0) / (2 * _EARTH_RADIUS))) / 1_000


async def regions(session: AsyncSession) -> list[Region]:
    """All with a place on sale, the fullest first."""
    rows = await session.execute(
        select(col(Accommodation.region), col(Accommodation.country), func.count())
        .where(_on_sale())
        .group_by(col(Accommodation.region), col(Accommodation.country))
        .order_by(func.count().desc(), col(Accommodation.region), col(Accommodation.country))
    )
    return [Region(*row) for row in rows]


async def page_of_places(
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
) -> Page[Place]:
    shown = (Accommodation, _metres_from(wanted.near).label("metres")) if wanted.near else (Accommodation,)
    statement: Any = select(*shown).where(_on_sale(), *_conditions(wanted, meanings))
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
    by_price = Order(priced.c.price, order == AccommodationOrder.PRICE_DESC, nullable=stay is None)
    by = _order(order, wanted, meanings, by_price)
    found: Any = await page(session, statement, order=by, first=first, after=after, count=count)
    places = [Place(*row) if wanted.near else Place(row) for row in found.rows]
    return Page(places, found.cursors, found.has_next, found.has_previous, found.total)


def _order(order: AccommodationOrder, wanted: Wanted, meanings: Meanings, by_price: Order) -> list[Order]:
    if order in BY_PRICE:
        return [by_price, _NEWEST[-1]]
    if order == AccommodationOrder.RATING_DESC:
        return [Order(col(Accommodation.rating), descending=True, nullable=True), _NEWEST[-1]]
    if order == AccommodationOrder.DISTANCE and wanted.near:
        return [Order(_metres_from(wanted.near)), Order(col(Accommodation.id))]
    if order == AccommodationOrder.RELEVANCE and meanings:
        return [Order(_relevance(meanings), descending=True), *_NEWEST]
    return _NEWEST


def _on_sale() -> ColumnElement[bool]:
    """Said to the planner, which has indexes of what is on sale."""
    status: Any = col(Accommodation.status)
    published: ColumnElement[bool] = status == seen(AccommodationStatus.PUBLISHED, status.type)
    return published


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
    if wanted.min_rating is not None:
        conditions.append(col(Accommodation.rating) >= wanted.min_rating)
    if wanted.near:
        conditions += _is_near(wanted.near)
    if wanted.within:
        conditions.append(_is_on(wanted.within))
    return conditions


def _point(latitude: Any, longitude: Any) -> Any:
    """Where that is in space, in metres from the middle of the earth."""
    return func.earth_point(latitude, longitude)


def _here() -> Any:
    return _point(col(Accommodation.latitude), col(Accommodation.longitude))


def _metres_from(near: Near) -> ColumnElement[float]:
    there = _point(seen(near.latitude), seen(near.longitude))
    metres: ColumnElement[float] = _here().op("<->", return_type=Double())(there)
    return metres


def _is_near(near: Near) -> list[ColumnElement[bool]]:
    """Not farther than that; first by a box around it, which the index knows."""
    metres = 2 * _EARTH_RADIUS * sin(near.within_km * 1_000 / (2 * _EARTH_RADIUS))
    box = func.cube_enlarge(_point(seen(near.latitude), seen(near.longitude)), seen(metres), 3)
    # Of points what overlaps is contained, and what is not farther is as near. Said so, the planner expects more of it.
    return [_here().op("&&", return_type=Boolean())(box), (_metres_from(near) > metres).is_not(true())]


def _is_on(bounds: Bounds) -> ColumnElement[bool]:
    here = func.point(col(Accommodation.longitude), col(Accommodation.latitude))
    boxes = [
        func.box(func.point(seen(west), seen(bounds.south)), func.point(seen(east), seen(bounds.north)))
        for west, east in spans_of(bounds)
    ]
    return or_(*(here.op("<@", return_type=Boolean())(box) for box in boxes))


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
