"""Every SQL statement about nights and holds. Locks are always taken holds first, then nights, each in one order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Date, Uuid, any_, column, delete, func, literal, update
from sqlalchemy import select as select_columns
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ..accommodations.tables import Accommodation
from ..room_types.tables import RoomType
from .rules import Terms
from .tables import Hold, HoldStatus, Night

Nights = dict[UUID, dict[date, Night]]
"""By room type and date."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A room type with the place it belongs to."""

    room_type: RoomType
    accommodation: Accommodation

    @property
    def terms(self) -> Terms:
        return Terms(
            on_sale=self.accommodation.is_bookable and self.room_type.deleted_at is None,
            max_guests=self.room_type.max_guests,
            max_nights=self.room_type.max_nights,
        )


async def offers_by_room_type(session: AsyncSession, room_type_ids: Iterable[UUID]) -> dict[UUID, Offer]:
    """Deleted and withdrawn ones are among them: `terms` says so."""
    rows = await session.exec(
        select(RoomType, Accommodation)
        .join(Accommodation, col(Accommodation.id) == RoomType.accommodation_id)
        .where(col(RoomType.id).in_(set(room_type_ids)))
        .execution_options(include_deleted=True)
    )
    return {room_type.id: Offer(room_type, accommodation) for room_type, accommodation in rows}


async def nights_between(session: AsyncSession, room_type_ids: Sequence[UUID], first: date, end: date) -> Nights:
    """The nights on sale from `first` to before `end`, in order."""
    rows = await session.exec(
        select(Night)
        .where(col(Night.room_type_id).in_(room_type_ids), col(Night.date) >= first, col(Night.date) < end)
        .order_by(col(Night.room_type_id), col(Night.date))
    )
    return _by_room_type(rows)


async def lock_holds(session: AsyncSession, booking_ids: Iterable[UUID]) -> dict[UUID, Hold]:
    rows = await session.exec(
        select(Hold)
        .where(col(Hold.booking_id).in_(set(booking_ids)))
        .order_by(col(Hold.booking_id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {hold.booking_id: hold for hold in rows}


async def lock_overdue_holds(session: AsyncSession, due_before: datetime, limit: int) -> list[Hold]:
    """Some of those still held; what another worker is at is left to it."""
    rows = await session.exec(
        select(Hold)
        .where(Hold.status == HoldStatus.HELD, col(Hold.due_at) < due_before)
        .order_by(col(Hold.booking_id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(rows)


async def lock_nights(session: AsyncSession, wanted: Iterable[tuple[UUID, date]]) -> Nights:
    """The nights on sale among those wanted."""
    pairs = sorted(set(wanted))
    room_type_ids = literal([room_type_id for room_type_id, _ in pairs], ARRAY(Uuid))
    dates = literal([day for _, day in pairs], ARRAY(Date))
    each = (
        func.unnest(room_type_ids, dates)
        .table_valued(column("room_type_id", Uuid), column("date", Date))
        .render_derived("wanted")
    )
    if not pairs:
        return {}
    rows = await session.exec(
        select(Night)
        .join(each, (col(Night.room_type_id) == each.c.room_type_id) & (col(Night.date) == each.c.date))
        .order_by(col(Night.room_type_id), col(Night.date))
        .with_for_update(of=Night)
        .execution_options(populate_existing=True)
    )
    return _by_room_type(rows)


async def nights_on(session: AsyncSession, room_type_id: UUID, days: Sequence[date]) -> Sequence[Night]:
    """The nights on sale among those days, in order, as they are now."""
    rows = await session.exec(
        select(Night)
        .where(Night.room_type_id == room_type_id, col(Night.date) == _any(days))
        .order_by(col(Night.date))
        .execution_options(populate_existing=True)
    )
    return rows.all()


async def insert_nights(session: AsyncSession, room_type_id: UUID, days: Sequence[date], **values: Any) -> int:
    """Put the days on sale that are not yet, in one statement and in order; how many those were."""
    each = func.unnest(literal(list(days), ARRAY(Date))).table_valued(column("date", Date)).render_derived("opened")
    said = {"room_type_id": room_type_id, "held": 0, "sold": 0, "closed": False} | values
    rows = select_columns(each.c.date, *(literal(value) for value in said.values())).order_by(each.c.date)
    statement = insert(Night).from_select(["date", *said], rows).on_conflict_do_nothing()
    return (await session.exec(statement)).rowcount


async def update_nights(
    session: AsyncSession, room_type_id: UUID, days: Sequence[date], values: Mapping[str, Any]
) -> None:
    """Give nights that are locked the values; what bookings count in them is not touched."""
    this = (col(Night.room_type_id) == room_type_id, col(Night.date) == _any(days))
    await session.execute(update(Night).where(*this).values(**values), execution_options={"synchronize_session": False})


async def lock_nights_ahead(session: AsyncSession, room_type_ids: Sequence[UUID], today: date) -> list[Night]:
    """All nights on sale from today, of which nobody holds or sells one until the transaction ends."""
    rows = await session.exec(
        select(Night)
        .where(col(Night.room_type_id).in_(room_type_ids), col(Night.date) >= today)
        .order_by(col(Night.room_type_id), col(Night.date))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(rows)


async def take_off_sale(session: AsyncSession, room_type_ids: Sequence[UUID], today: date) -> None:
    """Nights that have been stay: they tell what was sold."""
    ahead = delete(Night).where(col(Night.room_type_id).in_(room_type_ids), col(Night.date) >= today)
    await session.execute(ahead, execution_options={"synchronize_session": False})


async def lock_nights_of(session: AsyncSession, holds: Iterable[Hold]) -> Nights:
    return await lock_nights(session, ((hold.room_type_id, day) for hold in holds for day in hold.dates()))


def _any(days: Sequence[date]) -> ColumnElement[Any]:
    """As one array: a list of 366 parameters would be another statement for each length."""
    return any_(literal(list(days), ARRAY(Date)))


def _by_room_type(rows: Iterable[Night]) -> Nights:
    found: Nights = {}
    for night in rows:
        found.setdefault(night.room_type_id, {})[night.date] = night
    return found
