"""Every SQL statement about nights and holds. Locks are always taken holds first, then nights, each in one order."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    Select,
    Subquery,
    Uuid,
    any_,
    cast,
    column,
    delete,
    func,
    literal,
    text,
    update,
)
from sqlalchemy import select as select_columns
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.bulk import insert_all, is_among, update_all
from chassis.database import table_of

from ..accommodations.tables import Accommodation
from ..room_types.tables import RoomType
from .books import Offer, OpenNights
from .tables import Claim, Hold, HoldStatus, Night, OpenNight

Nights = dict[UUID, dict[date, Night]]
"""By room type and date."""

_CLAIM = [each.name for each in fields(Claim) if each.name != "stored"]
_NIGHT = [each.name for each in fields(OpenNight) if each.name != "stored"]
_DECIDED = ("booking_id", "status", "due_at", "reason", "message", "night")
_COUNTED = ("room_type_id", "date", "held", "sold")


@dataclass(frozen=True, slots=True)
class WrongNight:
    """What a night counts beside what the holds over it have; None where they are over a night that is not there."""

    room_type_id: UUID
    date: date
    units: int | None
    held: int | None
    sold: int | None
    held_by_bookings: int
    sold_to_bookings: int

    def __str__(self) -> str:
        return (
            f"{self.room_type_id} {self.date}: of {self.units} rooms {self.held} held and {self.sold} sold,"
            f" by bookings {self.held_by_bookings} and {self.sold_to_bookings}"
        )


async def offers_by_room_type(session: AsyncSession, room_type_ids: Collection[UUID]) -> dict[UUID, Offer]:
    """Deleted and withdrawn ones are among them: `terms` says so."""
    if not room_type_ids:
        return {}
    rows = await session.exec(
        select(RoomType, Accommodation)
        .join(Accommodation, col(Accommodation.id) == RoomType.accommodation_id)
        .where(is_among(col(RoomType.id), room_type_ids))
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


async def lock_claims(session: AsyncSession, booking_ids: Collection[UUID]) -> dict[UUID, Claim]:
    """Of the bookings that are known."""
    known = _claims().where(is_among(col(Hold.booking_id), booking_ids)).with_for_update()
    return {claim.booking_id: claim for claim in map(_claim, await session.execute(known))}


async def lock_overdue_claims(session: AsyncSession, due_before: datetime, limit: int) -> list[Claim]:
    """Some of those still held; what another worker is at is left to it."""
    overdue = _claims().where(col(Hold.status) == HoldStatus.HELD, col(Hold.due_at) < due_before).limit(limit)
    return [_claim(row) for row in await session.execute(overdue.with_for_update(skip_locked=True))]


async def lock_nights(session: AsyncSession, wanted: Iterable[tuple[UUID, date]]) -> OpenNights:
    """The nights on sale among those wanted."""
    pairs = sorted(set(wanted))
    if not pairs:
        return {}
    room_type_ids = literal([room_type_id for room_type_id, _ in pairs], ARRAY(Uuid))
    dates = literal([day for _, day in pairs], ARRAY(Date))
    each = (
        func.unnest(room_type_ids, dates)
        .table_valued(column("room_type_id", Uuid), column("date", Date))
        .render_derived("wanted")
    )
    rows = await session.execute(
        select_columns(*(table_of(Night).c[name] for name in _NIGHT))
        .join(each, (col(Night.room_type_id) == each.c.room_type_id) & (col(Night.date) == each.c.date))
        .order_by(col(Night.room_type_id), col(Night.date))
        .with_for_update(of=Night)
    )
    found: OpenNights = {}
    for row in rows:
        night = OpenNight(*row)
        night.stored = night.counted()
        found.setdefault(night.room_type_id, {})[night.date] = night
    return found


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


async def write_claims(session: AsyncSession, claims: Iterable[Claim]) -> None:
    """Write what is new and what was changed, a statement each."""
    now, new, changed = clock.now(), [], []
    for claim in claims:
        if claim.stored is None:
            new.append({name: getattr(claim, name) for name in _CLAIM} | {"decided_at": now, "updated_at": now})
        elif claim.stored != claim.decided():
            changed.append({name: getattr(claim, name) for name in _DECIDED} | {"updated_at": now})
    if new:
        # In one order: two that insert the same wait for each other.
        new.sort(key=itemgetter("booking_id"))
        await session.exec(insert_all(table_of(Hold), new))
    if changed:
        await session.exec(update_all(table_of(Hold), changed))


async def write_nights(session: AsyncSession, nights: OpenNights) -> None:
    """Write what was counted otherwise, in one statement."""
    changed = [
        {name: getattr(night, name) for name in _COUNTED}
        for each in nights.values()
        for night in each.values()
        if night.stored != night.counted()
    ]
    if changed:
        await session.exec(update_all(table_of(Night), changed))


async def wrong_nights(session: AsyncSession, limit: int) -> list[WrongNight]:
    held, sold = col(Night.held), col(Night.sold)
    counted = select(Night).where((held > 0) | (sold > 0)).subquery("counted")
    booked = _booked()
    same_night = (booked.c.room_type_id == counted.c.room_type_id) & (booked.c.date == counted.c.date)
    day = func.coalesce(counted.c.date, booked.c.date)
    rows = await session.execute(
        select_columns(
            func.coalesce(counted.c.room_type_id, booked.c.room_type_id),
            day,
            *(counted.c[name] for name in ("units", "held", "sold")),
            func.coalesce(booked.c.held, 0),
            func.coalesce(booked.c.sold, 0),
        )
        .select_from(counted.join(booked, same_night, full=True))
        .where(
            (counted.c.held.is_distinct_from(func.coalesce(booked.c.held, 0)))
            | (counted.c.sold.is_distinct_from(func.coalesce(booked.c.sold, 0)))
            | (counted.c.held + counted.c.sold > counted.c.units)
        )
        .order_by(day)
        .limit(limit)
    )
    return [WrongNight(*row) for row in rows]


def _booked() -> Subquery:
    """(room_type_id, date, held, sold) by what bookings have."""
    hold = select_columns(
        col(Hold.room_type_id),
        col(Hold.rooms),
        col(Hold.status),
        func.generate_series(Hold.check_in, col(Hold.check_out) - 1, text("interval '1 day'")).label("day"),
    ).where(col(Hold.status).in_([HoldStatus.HELD, HoldStatus.CONFIRMED]))
    each = hold.subquery("each")
    day = cast(each.c.day, Date)
    return (
        select_columns(
            each.c.room_type_id,
            day.label("date"),
            *(
                func.coalesce(func.sum(each.c.rooms).filter(each.c.status == status), 0).label(name)
                for name, status in (("held", HoldStatus.HELD), ("sold", HoldStatus.CONFIRMED))
            ),
        )
        .group_by(each.c.room_type_id, day)
        .subquery("booked")
    )


def _claims() -> Select[Any]:
    return select_columns(*(table_of(Hold).c[name] for name in _CLAIM)).order_by(col(Hold.booking_id))


def _claim(row: Sequence[Any]) -> Claim:
    claim = Claim(*row)
    claim.stored = claim.decided()
    return claim


def _any(days: Sequence[date]) -> ColumnElement[Any]:
    """As one array: a list of 366 parameters would be another statement for each length."""
    return any_(literal(list(days), ARRAY(Date)))


def _by_room_type(rows: Iterable[Night]) -> Nights:
    found: Nights = {}
    for night in rows:
        found.setdefault(night.room_type_id, {})[night.date] = night
    return found
