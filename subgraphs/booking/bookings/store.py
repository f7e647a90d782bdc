"""Every SQL statement about bookings and their steps."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy
from sqlalchemy import BigInteger, ColumnElement, Text, cast, false
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import and_, col, func, not_, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.database import table_of
from chassis.errors import NotFound
from chassis.pagination import Order, Page, page
from chassis.searches import Sought

from .flow import Signal
from .tables import PAYABLE, Booking, BookingStatus, BookingStep, Stage

_OLDEST: Final = cast(cast(func.pg_snapshot_xmin(func.pg_current_snapshot()), Text), BigInteger)
# Of the wait before something is asked again: up to most of a day, at 20 seconds to begin with.
_MOST_DOUBLINGS: Final = 12

# By the names the graph gives them; the id makes each order total.
ORDERS: Final[Mapping[str, Sequence[Order]]] = {
    "CREATED_AT_DESC": (Order(Booking.created_at, descending=True), Order(Booking.id, descending=True)),
    "CREATED_AT_ASC": (Order(Booking.created_at), Order(Booking.id)),
    "CHECK_IN_ASC": (Order(Booking.check_in), Order(Booking.id)),
    "TOTAL_DESC": (Order(Booking.total, descending=True, nullable=True), Order(Booking.id, descending=True)),
    "CHECK_IN_DESC": (Order(Booking.check_in, descending=True), Order(Booking.id, descending=True)),
}


@dataclass(frozen=True)
class Wanted:
    """Which bookings somebody looks for; None is any. Days and instants are bounds that belong to it."""

    sought: Sequence[Sought] = ()
    """Each is part of the code, the guest's name or phone number, whatever the case."""
    statuses: Sequence[BookingStatus] | None = None
    guest_id: UUID | None = None
    accommodation_id: UUID | None = None
    room_type_id: UUID | None = None
    check_in_from: date | None = None
    check_in_to: date | None = None
    check_out_from: date | None = None
    check_out_to: date | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    stuck: bool | None = None


async def insert_booking(session: AsyncSession, booking: Booking) -> Booking | None:
    """The booking as stored; None when its key or its code is taken. One who is taking it right now is waited for."""
    statement = (
        insert(Booking)
        .values(booking.model_dump(exclude={"changed_in", "searched"}))
        .on_conflict_do_nothing()
        .returning(Booking)
    )
    return (await session.exec(statement)).scalar_one_or_none()


async def find_booking(session: AsyncSession, booking_id: UUID) -> Booking | None:
    return (await session.exec(select(Booking).where(Booking.id == booking_id))).first()


async def find_booking_by_key(session: AsyncSession, guest_id: UUID, key: str) -> Booking | None:
    statement = select(Booking).where(Booking.guest_id == guest_id, Booking.idempotency_key == key)
    return (await session.exec(statement)).first()


async def bookings_by_id(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Booking]:
    rows = await session.exec(select(Booking).where(col(Booking.id).in_(ids)))
    return {booking.id: booking for booking in rows}


async def lock_booking(session: AsyncSession, booking_id: UUID) -> Booking:
    """The booking, with everybody else who would advance it waiting."""
    booking = (await session.exec(select(Booking).where(Booking.id == booking_id).with_for_update())).first()
    if booking is None:
        raise NotFound(f"There is no booking {booking_id}.")
    return booking


async def clear_guest(session: AsyncSession, guest_id: UUID, *, name: str) -> None:
    nothing = {"guest_phone": "", "guest_number": "", "special_requests": None}
    await session.exec(update(Booking).where(col(Booking.guest_id) == guest_id).values(guest_name=name, **nothing))


def add_step(session: AsyncSession, booking: Booking, name: str, detail: str | None) -> None:
    session.add(BookingStep(booking_id=booking.id, at=clock.now(), name=name, detail=detail))


async def steps_by_booking(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, list[BookingStep]]:
    """Oldest first."""
    statement = select(BookingStep).where(col(BookingStep.booking_id).in_(ids))
    steps: dict[UUID, list[BookingStep]] = {}
    for step in await session.exec(statement.order_by(col(BookingStep.at), col(BookingStep.id))):
        steps.setdefault(step.booking_id, []).append(step)
    return steps


async def page_of_bookings(
    session: AsyncSession,
    conditions: Sequence[ColumnElement[bool]],
    *,
    order: str,
    first: int,
    after: str | None,
    count: bool,
) -> Page[Booking]:
    """`order` is one of ORDERS."""
    statement = sqlalchemy.select(Booking).where(*conditions)
    return await page(session, statement, order=ORDERS[order], first=first, after=after, count=count)


def wanted_of_guest(wanted: Wanted, guest_id: UUID) -> Sequence[ColumnElement[bool]]:
    return [col(Booking.guest_id) == guest_id, *_conditions(wanted)]


def wanted_of_host(wanted: Wanted, host_id: UUID | None) -> Sequence[ColumnElement[bool]]:
    """At places of this host; None is an administrator, who sees all."""
    conditions = _conditions(wanted)
    conditions += [_says(each, phone_is_seen=host_id is None) for each in wanted.sought]
    return conditions if host_id is None else [col(Booking.host_id) == host_id, *conditions]


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    given = ((condition, getattr(wanted, name)) for name, condition in _CONDITIONS.items())
    return [condition(value) for condition, value in given if value is not None]


def _says(sought: Sought, *, phone_is_seen: bool) -> ColumnElement[bool]:
    """Who is not shown a phone number yet can't find out about it by looking for its digits either."""
    code, name, phone = (
        column.icontains(sought.typed, autoescape=True)
        for column in (col(Booking.code), col(Booking.guest_name), col(Booking.guest_phone))
    )
    phone = or_(phone, *(col(Booking.guest_number).contains(each) for each in sought.numbers))
    said = or_(code, name, phone if phone_is_seen else and_(phone, col(Booking.confirmed_at).is_not(None)))
    # The index answers this, where the planner expects few; many are soon met with in the order that is wanted.
    return and_(or_(*(col(Booking.searched).like(func.lower(each)) for each in sought.patterns)), said)


# By the fields of Wanted, but what is sought.
_CONDITIONS: Final[Mapping[str, Callable[[Any], ColumnElement[bool]]]] = {
    "statuses": col(Booking.status).in_,
    "guest_id": col(Booking.guest_id).__eq__,
    "accommodation_id": col(Booking.accommodation_id).__eq__,
    "room_type_id": col(Booking.room_type_id).__eq__,
    "check_in_from": col(Booking.check_in).__ge__,
    "check_in_to": col(Booking.check_in).__le__,
    "check_out_from": col(Booking.check_out).__ge__,
    "check_out_to": col(Booking.check_out).__le__,
    "created_from": col(Booking.created_at).__ge__,
    "created_to": col(Booking.created_at).__le__,
    "stuck": lambda stuck: col(Booking.stuck_since).is_not(None) if stuck else col(Booking.stuck_since).is_(None),
}


@dataclass(frozen=True)
class Change:
    """A booking and its version, and the transaction that made it so."""

    booking_id: UUID
    version: int
    changed_in: int


async def changes_since(session: AsyncSession, host_id: UUID | None, since: int | None) -> tuple[int, list[Change]]:
    """The oldest transaction that may still be under way, and what that one and later ones have changed so far, oldest
    first, at places of this host; None is all. Whoever asks for what changed since that transaction misses nothing.
    """
    oldest = sqlalchemy.select(_OLDEST.label("oldest")).subquery()
    changed = and_(col(Booking.changed_in) >= since, *wanted_of_host(Wanted(), host_id)) if since else false()
    statement = (
        sqlalchemy.select(oldest.c.oldest, col(Booking.id), col(Booking.version), col(Booking.changed_in))
        .select_from(oldest.outerjoin(table_of(Booking), changed))
        .order_by(col(Booking.changed_in), col(Booking.id))
    )
    rows = (await session.execute(statement)).all()
    return rows[0][0], [Change(*row[1:]) for row in rows if row[1] is not None]


async def due_bookings(session: AsyncSession, now: datetime, limit: int) -> Sequence[UUID]:
    return await _ids(session, _is_due(now), col(Booking.payment_due_at), limit)


async def lock_due_booking(session: AsyncSession, booking_id: UUID, now: datetime) -> Booking | None:
    return await _lock_if(session, booking_id, _is_due(now))


async def silent_bookings(session: AsyncSession, now: datetime, wait: timedelta, limit: int) -> Sequence[UUID]:
    return await _ids(session, _is_silent(now, wait), col(Booking.asked_at), limit)


async def lock_silent_booking(
    session: AsyncSession, booking_id: UUID, now: datetime, wait: timedelta
) -> Booking | None:
    return await _lock_if(session, booking_id, _is_silent(now, wait))


async def stayed_bookings(session: AsyncSession, today: date, limit: int) -> Sequence[UUID]:
    return await _ids(session, _has_stayed(today), col(Booking.check_out), limit)


async def lock_stayed_booking(session: AsyncSession, booking_id: UUID, today: date) -> Booking | None:
    return await _lock_if(session, booking_id, _has_stayed(today))


async def count_stuck(session: AsyncSession) -> int:
    statement = select(func.count()).select_from(Booking).where(col(Booking.stuck_since).is_not(None))
    return (await session.exec(statement)).one()


def _is_due(now: datetime) -> ColumnElement[bool]:
    return and_(_in_stages(PAYABLE), col(Booking.payment_due_at) <= now, _is_not_stuck_on(Signal.DUE_TIME_PASSED))


def _is_silent(now: datetime, wait: timedelta) -> ColumnElement[bool]:
    """Twice the wait for each time it was asked again, so that those who are away are not buried in questions."""
    patience = wait * func.power(2, func.least(Booking.asked_again, _MOST_DOUBLINGS))
    is_open: ColumnElement[bool] = not_(col(Booking.asks).bool_op("<@")(Booking.stuck_on))
    # The plain comparison is what the index answers.
    return and_(col(Booking.asked_at) <= now - wait, col(Booking.asked_at) + patience <= now, is_open)


def _has_stayed(today: date) -> ColumnElement[bool]:
    return and_(_in_stages((Stage.CONFIRMED,)), col(Booking.check_out) < today, _is_not_stuck_on(Signal.STAY_OVER))


def _is_not_stuck_on(signal: Signal) -> ColumnElement[bool]:
    """What a sweep failed with it does not take up again."""
    return not_(col(Booking.stuck_on).contains([signal]))


def _in_stages(stages: Sequence[Stage]) -> ColumnElement[bool]:
    return or_(*(col(Booking.stage) == stage for stage in stages))


async def _ids(session: AsyncSession, condition: ColumnElement[bool], order: Any, limit: int) -> Sequence[UUID]:
    return (await session.exec(select(Booking.id).where(condition).order_by(order).limit(limit))).all()


async def _lock_if(session: AsyncSession, booking_id: UUID, condition: ColumnElement[bool]) -> Booking | None:
    """The booking, unless another worker has it or the condition no longer holds: its lock is the lease."""
    statement = select(Booking).where(Booking.id == booking_id, condition).with_for_update(skip_locked=True)
    return (await session.exec(statement)).first()
