"""Every SQL statement about coupon events, what administrators asked of them, and whom they accepted."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

import sqlalchemy
from sqlalchemy import ColumnElement, and_, false, func, or_, true
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.bulk import insert_all, is_among
from chassis.database import table_of
from chassis.errors import NotFound
from chassis.nested_pages import pages_by_owner
from chassis.pagination import Order, Page, page
from chassis.texts import ensure_searchable

from ..database import DeadLetter
from ..events import CouponAccepted
from .rules import CouponEventStatus
from .tables import CouponEvent, CouponEventChange, CouponIssuance


class CouponEventOrder(Enum):
    OPENS_AT_ASC = (Order(col(CouponEvent.opens_at)), Order(col(CouponEvent.id)))
    OPENS_AT_DESC = (Order(col(CouponEvent.opens_at), descending=True), Order(col(CouponEvent.id), descending=True))
    CLOSES_AT_ASC = (Order(col(CouponEvent.closes_at)), Order(col(CouponEvent.id)))
    CLOSES_AT_DESC = (Order(col(CouponEvent.closes_at), descending=True), Order(col(CouponEvent.id), descending=True))


async def find_event(session: AsyncSession, coupon_event_id: UUID) -> CouponEvent | None:
    return (await session.exec(select(CouponEvent).where(CouponEvent.id == coupon_event_id))).first()


async def get_event(session: AsyncSession, coupon_event_id: UUID) -> CouponEvent:
    event = await find_event(session, coupon_event_id)
    if event is None:
        raise NotFound("There is no such coupon event.")
    return event


async def lock_event(session: AsyncSession, coupon_event_id: UUID) -> CouponEvent:
    """The event, which nobody else changes until the transaction ends. Raise NotFound."""
    found = select(CouponEvent).where(CouponEvent.id == coupon_event_id).with_for_update()
    event = (await session.exec(found)).first()
    if event is None:
        raise NotFound("There is no such coupon event.")
    return event


async def events_by_id(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, CouponEvent]:
    """Deleted ones are among them: what they gave out still points at them."""
    found = select(CouponEvent).where(is_among(col(CouponEvent.id), ids)).execution_options(include_deleted=True)
    return {event.id: event for event in await session.exec(found)}


async def events_to_record(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, CouponEvent]:
    """As `events_by_id`; none of them is collected for a rebuilt gate before the transaction ends."""
    # The very lock that a foreign key takes: those who record don't wait for each other.
    found = select(CouponEvent).where(col(CouponEvent.id).in_(ids)).order_by(col(CouponEvent.id))
    locked = found.with_for_update(read=True, key_share=True).execution_options(include_deleted=True)
    return {event.id: event for event in await session.exec(locked)}


async def page_of_events(
    session: AsyncSession,
    *conditions: ColumnElement[bool],
    deleted: bool = False,
    order: CouponEventOrder,
    first: int,
    after: str | None,
    count: bool,
) -> Page[CouponEvent]:
    statement = sqlalchemy.select(CouponEvent).where(*conditions)
    if deleted:
        statement = statement.where(col(CouponEvent.deleted_at).is_not(None)).execution_options(include_deleted=True)
    return await page(session, statement, order=order.value, first=first, after=after, count=count)


async def pages_of_events_by_coupon(
    session: AsyncSession,
    coupon_ids: Sequence[UUID],
    *,
    order: CouponEventOrder,
    first: int,
    after: str | None,
    count: bool,
) -> dict[UUID, Page[CouponEvent]]:
    events, coupon_id = select(CouponEvent), col(CouponEvent.coupon_id)
    return await pages_by_owner(
        session, events, coupon_id, coupon_ids, order=order.value, first=first, after=after, count=count
    )


def says(text: str) -> ColumnElement[bool]:
    """Raise InvalidInput for what can't be looked for."""
    ensure_searchable(text)
    said = (col(CouponEvent.name), col(CouponEvent.description))
    # In any order, wherever each stands.
    return and_(true(), *(or_(*(each.icontains(word, autoescape=True) for each in said)) for word in text.split()))


def opens_from(instant: datetime) -> ColumnElement[bool]:
    return col(CouponEvent.opens_at) >= instant


def closes_to(instant: datetime) -> ColumnElement[bool]:
    return col(CouponEvent.closes_at) <= instant


def stands_as(statuses: Sequence[CouponEventStatus], at: datetime) -> ColumnElement[bool]:
    """`rules.status_of`, said in SQL."""
    return or_(false(), *(_is(status, at) for status in statuses))


def _is(status: CouponEventStatus, at: datetime) -> ColumnElement[bool]:
    closed, sold_out = col(CouponEvent.closed_at).is_not(None), col(CouponEvent.sold_out_at).is_not(None)
    opens_at, closes_at = col(CouponEvent.opens_at), col(CouponEvent.closes_at)
    match status:
        case CouponEventStatus.CLOSED:
            return closed
        case CouponEventStatus.SOLD_OUT:
            return and_(~closed, sold_out)
        case CouponEventStatus.SCHEDULED:
            return and_(~closed, ~sold_out, opens_at > at)
        case CouponEventStatus.OPEN:
            return and_(~closed, ~sold_out, opens_at <= at, closes_at > at)
        case CouponEventStatus.ENDED:
            return and_(~closed, ~sold_out, closes_at <= at)


async def begin_gate(session: AsyncSession, coupon_event_id: UUID, at: datetime) -> None:
    """Raise the generation, unless the gate is written."""
    this = and_(col(CouponEvent.id) == coupon_event_id, col(CouponEvent.gate_written_at).is_(None))
    await note(session, this, gate_generation=col(CouponEvent.gate_generation) + 1, gate_begun_at=at)


async def mark_gate_written(session: AsyncSession, event: CouponEvent, at: datetime) -> bool:
    """False where a later attempt has begun: what this one wrote is not, or will not stay, the gate."""
    return await note(session, is_of_generation(event), gate_written_at=at) > 0


async def mark_gate_opened(session: AsyncSession, event: CouponEvent, at: datetime) -> None:
    await note(session, is_of_generation(event), gate_opened_at=at)


async def mark_sold_out(
    session: AsyncSession, ids: Collection[UUID], at: datetime, generation: int | None = None
) -> None:
    """With a generation, only while the event has that one: of another gate it says nothing."""
    open_ = and_(col(CouponEvent.id).in_(ids), col(CouponEvent.sold_out_at).is_(None))
    if generation is not None:
        open_ = and_(open_, col(CouponEvent.gate_generation) == generation)
    await note(session, open_, sold_out_at=at)


def is_of_generation(event: CouponEvent) -> ColumnElement[bool]:
    return and_(col(CouponEvent.id) == event.id, col(CouponEvent.gate_generation) == event.gate_generation)


async def note(session: AsyncSession, which: ColumnElement[bool], **values: Any) -> int:
    """What machines write leaves `updated_at` alone: it says when a person changed the event."""
    statement = update(CouponEvent).where(which).values(**values, updated_at=col(CouponEvent.updated_at))
    return (await session.exec(statement)).rowcount


async def events_without_a_gate(session: AsyncSession, before: datetime) -> Sequence[UUID]:
    """Those whose gate is not open although it was begun, or should have been, before that instant."""
    begun_at = func.coalesce(col(CouponEvent.gate_begun_at), col(CouponEvent.created_at))
    shut = and_(col(CouponEvent.gate_opened_at).is_(None), col(CouponEvent.gate_lost_at).is_(None))
    late = and_(col(CouponEvent.settled_at).is_(None), shut, begun_at < before)
    return (await session.exec(select(CouponEvent.id).where(late))).all()


async def running_events(session: AsyncSession) -> Sequence[UUID]:
    """Those whose gate may hold something that is not recorded, also after their end."""
    return (await session.exec(select(CouponEvent.id).where(_is_running()))).all()


async def events_to_relay(session: AsyncSession) -> Sequence[UUID]:
    """The running ones whose gate is not being rebuilt: what Redis has of those is collected, and sent after that."""
    relayed = and_(_is_running(), col(CouponEvent.gate_lost_at).is_(None))
    return (await session.exec(select(CouponEvent.id).where(relayed))).all()


def _is_running() -> ColumnElement[bool]:
    return and_(col(CouponEvent.gate_written_at).is_not(None), col(CouponEvent.settled_at).is_(None))


async def find_open_change(session: AsyncSession, coupon_event_id: UUID) -> CouponEventChange | None:
    open_ = and_(col(CouponEventChange.coupon_event_id) == coupon_event_id, col(CouponEventChange.settled_at).is_(None))
    return (await session.exec(select(CouponEventChange).where(open_))).first()


async def open_changes(session: AsyncSession, before: datetime) -> Sequence[CouponEventChange]:
    """What was asked before that instant and is not settled, oldest first."""
    open_ = and_(col(CouponEventChange.settled_at).is_(None), col(CouponEventChange.asked_at) < before)
    return (await session.exec(select(CouponEventChange).where(open_).order_by(col(CouponEventChange.id)))).all()


async def lock_change(session: AsyncSession, change_id: UUID) -> CouponEventChange:
    """The change, which nobody else settles until the transaction ends."""
    found = select(CouponEventChange).where(CouponEventChange.id == change_id).with_for_update()
    return (await session.exec(found)).one()


async def insert_issuances(session: AsyncSession, issuances: Sequence[CouponIssuance]) -> set[UUID]:
    """The ids of those that are new. The others are recorded already, or want a slot that somebody else has."""
    # In one order, so that two consumers that hold the same ones after a rebalance don't wait for each other.
    rows = [issuance.model_dump() for issuance in sorted(issuances, key=lambda each: each.id)]
    # On any conflict: named for one constraint, two that insert the same at once could still fail on the other.
    statement = insert_all(table_of(CouponIssuance), rows).on_conflict_do_nothing().returning(col(CouponIssuance.id))
    return set((await session.exec(statement)).scalars()) if rows else set()


async def find_issuance(session: AsyncSession, issuance_id: UUID) -> CouponIssuance | None:
    return (await session.exec(select(CouponIssuance).where(CouponIssuance.id == issuance_id))).first()


async def issuances_by_id(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, CouponIssuance]:
    rows = await session.exec(select(CouponIssuance).where(is_among(col(CouponIssuance.id), ids)))
    return {issuance.id: issuance for issuance in rows}


async def running_and_recorded(
    session: AsyncSession, ids: Collection[UUID]
) -> tuple[Sequence[UUID], dict[UUID, CouponIssuance]]:
    """The running events, and then those of the issuances that are recorded.

    In this order: of an event that is settled in between, all is recorded by the time the rows are read.
    """
    running = await running_events(session)
    return running, await issuances_by_id(session, ids)


async def recorded_by_event(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, int]:
    event_id = col(CouponIssuance.coupon_event_id)
    rows = await session.exec(select(event_id, func.count()).where(event_id.in_(ids)).group_by(event_id))
    return dict(rows.all())


async def dead_letters(session: AsyncSession, keys: Collection[str]) -> set[str]:
    """Which of these acceptances, by the keys of their messages, could not be recorded and wait to be replayed."""
    rows = await session.exec(select(DeadLetter.key).where(is_dead_letter(), col(DeadLetter.key).in_(keys)))
    return {key for key in rows if key is not None}


async def dead_letters_by_event(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, int]:
    event_id = func.split_part(DeadLetter.key, ":", 1)
    counted = select(event_id, func.count(func.distinct(DeadLetter.key))).group_by(event_id)
    rows = await session.exec(counted.where(is_dead_letter(), event_id.in_(map(str, ids))))
    return {UUID(found): count for found, count in rows}


def is_dead_letter() -> ColumnElement[bool]:
    return and_(col(DeadLetter.name) == CouponAccepted.name, col(DeadLetter.replayed_at).is_(None))
