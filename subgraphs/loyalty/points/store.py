"""Every SQL statement about points."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final, NamedTuple
from uuid import UUID

import sqlalchemy
from sqlalchemy import ColumnElement, func
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.nested_pages import pages_by_owner
from chassis.pagination import Order, Page, page

from .rules import Books
from .tables import EntryKind, PointAccount, PointEarning, PointEntry, PointHold, PointLot, PointRefund

# The id is there for pages of many accounts at once, where a number is not one row's alone.
NEWEST_FIRST: Final = (Order(col(PointEntry.number), descending=True), Order(col(PointEntry.id), descending=True))


class EntryOrder(Enum):
    CREATED_AT_DESC = (Order(col(PointEntry.created_at), descending=True), Order(col(PointEntry.id), descending=True))
    CREATED_AT_ASC = (Order(col(PointEntry.created_at)), Order(col(PointEntry.id)))
    POINTS_DESC = (Order(col(PointEntry.points), descending=True), Order(col(PointEntry.id), descending=True))
    POINTS_ASC = (Order(col(PointEntry.points)), Order(col(PointEntry.id)))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries to find; None is all of them."""

    user_id: UUID | None = None
    kinds: tuple[EntryKind, ...] | None = None
    points_from: int | None = None
    points_to: int | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None


class Taken(NamedTuple):
    """What a booking took from a lot, and the lot."""

    hold: PointHold
    lot: PointLot


class Expiry(NamedTuple):
    points: int
    at: datetime


async def lock_account(session: AsyncSession, user_id: UUID, at: datetime) -> PointAccount:
    """The person's account, which nobody else changes until the transaction ends; made where there is none."""
    made = insert(PointAccount).values(user_id=user_id, balance=0, held=0, owed=0, created_at=at)
    await session.exec(made.on_conflict_do_nothing())
    found = select(PointAccount).where(PointAccount.user_id == user_id).with_for_update()
    return (await session.exec(found.execution_options(populate_existing=True))).one()


async def lock_due_accounts(session: AsyncSession, at: datetime, limit: int) -> Sequence[PointAccount]:
    """Those of the lots that expired first, one for each lot, without those that somebody else is busy with."""
    due = (
        select(PointAccount)
        .join(PointLot, col(PointLot.user_id) == col(PointAccount.user_id))
        .where(col(PointLot.remaining) > 0, col(PointLot.expires_at) <= at)
        .order_by(col(PointLot.expires_at))
        .limit(limit)
        .with_for_update(of=PointAccount, skip_locked=True)
    )
    return (await session.exec(due)).all()


async def lots_of(session: AsyncSession, user_ids: Sequence[UUID]) -> Sequence[PointLot]:
    """Those with points left, first to expire first; locked by the account's lock."""
    left = select(PointLot).where(col(PointLot.user_id).in_(user_ids), col(PointLot.remaining) > 0)
    return (await session.exec(left.order_by(col(PointLot.expires_at), col(PointLot.id)))).all()


async def taken_by(session: AsyncSession, booking_id: UUID) -> Sequence[Taken]:
    """First to expire first."""
    found = (
        select(PointHold, PointLot)
        .join(PointLot, col(PointLot.id) == col(PointHold.lot_id))
        .where(PointHold.booking_id == booking_id)
        .order_by(col(PointLot.expires_at), col(PointLot.id))
    )
    return [Taken(*row) for row in await session.exec(found)]


async def find_entry_by_key(session: AsyncSession, created_by: UUID, key: str) -> PointEntry | None:
    mine = select(PointEntry).where(PointEntry.created_by == created_by, PointEntry.idempotency_key == key)
    return (await session.exec(mine)).first()


async def lock_earning(session: AsyncSession, booking_id: UUID, at: datetime) -> PointEarning:
    """What the booking earned, which nobody else changes until the transaction ends; made where there is none."""
    made = insert(PointEarning).values(booking_id=booking_id, points=0, created_at=at)
    await session.exec(made.on_conflict_do_nothing())
    found = select(PointEarning).where(PointEarning.booking_id == booking_id).with_for_update()
    return (await session.exec(found)).one()


async def add_refund(session: AsyncSession, booking_id: UUID, refund_id: UUID, amount: Decimal) -> bool:
    """False when it was known."""
    told = insert(PointRefund).values(refund_id=refund_id, booking_id=booking_id, amount=amount)
    added = await session.exec(told.on_conflict_do_nothing().returning(col(PointRefund.refund_id)))
    return added.first() is not None


async def refunded(session: AsyncSession, booking_id: UUID) -> Decimal:
    told = select(func.coalesce(func.sum(PointRefund.amount), 0)).where(PointRefund.booking_id == booking_id)
    return Decimal((await session.exec(told)).one())


async def accounts_by_user(session: AsyncSession, user_ids: Sequence[UUID]) -> dict[UUID, PointAccount]:
    rows = await session.exec(select(PointAccount).where(col(PointAccount.user_id).in_(user_ids)))
    return {account.user_id: account for account in rows}


async def next_expiries(session: AsyncSession, user_ids: Sequence[UUID], at: datetime) -> dict[UUID, Expiry]:
    """What of each person's free points expires next after `at`."""
    next_ones = (
        select(PointLot.user_id, func.sum(PointLot.remaining), PointLot.expires_at)
        .where(col(PointLot.user_id).in_(user_ids), col(PointLot.remaining) > 0, col(PointLot.expires_at) > at)
        .group_by(col(PointLot.user_id), col(PointLot.expires_at))
        .order_by(col(PointLot.user_id), col(PointLot.expires_at))
        .ext(distinct_on(col(PointLot.user_id)))
    )
    return {user_id: Expiry(points, expires_at) for user_id, points, expires_at in await session.exec(next_ones)}


async def books_after(session: AsyncSession, user_id: UUID | None, limit: int) -> list[Books]:
    """Of the accounts that follow that one, in one statement: so that what is said of one was true at one time."""
    account = col(PointAccount.user_id)
    entries = _summed(PointEntry, func.sum(PointEntry.points)), _summed(PointEntry, func.count())
    lots = _summed(PointLot, func.sum(PointLot.remaining)), _summed(PointLot, func.sum(PointLot.held))
    statement = sqlalchemy.select(
        account,
        col(PointAccount.balance),
        col(PointAccount.held),
        func.coalesce(PointAccount.last_entry, 0),
        *entries,
        _summed(PointEntry, func.max(PointEntry.balance_after), PointEntry.number == PointAccount.last_entry),
        *lots,
        _summed(PointLot, func.sum(_held_of_lot())),
        _summed(PointLot, func.count(), col(PointLot.held) != _held_of_lot()),
    )
    if user_id is not None:
        statement = statement.where(account > user_id)
    return [Books(*row) for row in await session.execute(statement.order_by(account).limit(limit))]


def _summed(table: type[PointEntry | PointLot], figure: Any, *conditions: Any) -> Any:
    """A figure over the account's rows, 0 where it has none."""
    of_account = sqlalchemy.select(figure).where(col(table.user_id) == col(PointAccount.user_id), *conditions)
    return func.coalesce(of_account.correlate(PointAccount).scalar_subquery(), 0)


def _held_of_lot() -> Any:
    unspent = col(PointHold.lot_id) == col(PointLot.id), ~col(PointHold.spent)
    held = sqlalchemy.select(func.sum(PointHold.points)).where(*unspent).correlate(PointLot)
    return func.coalesce(held.scalar_subquery(), 0)


async def page_of_entries(
    session: AsyncSession, wanted: Wanted, *, order: Sequence[Order], first: int, after: str | None, count: bool
) -> Page[PointEntry]:
    statement = sqlalchemy.select(PointEntry).where(*_conditions(wanted))
    return await page(session, statement, order=order, first=first, after=after, count=count)


async def pages_of_entries(
    session: AsyncSession, user_ids: Sequence[UUID], wanted: Wanted, *, first: int, after: str | None, count: bool
) -> dict[UUID, Page[PointEntry]]:
    """A page for each of the accounts, newest first."""
    statement = sqlalchemy.select(PointEntry).where(*_conditions(wanted))
    whose = col(PointEntry.user_id)
    return await pages_by_owner(
        session, statement, whose, user_ids, order=NEWEST_FIRST, first=first, after=after, count=count
    )


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    given = ((condition, getattr(wanted, name)) for name, condition in _CONDITIONS.items())
    return [condition(value) for condition, value in given if value is not None]


# By the fields of Wanted.
_CONDITIONS: Final[Mapping[str, Callable[[Any], ColumnElement[bool]]]] = {
    "user_id": col(PointEntry.user_id).__eq__,
    "kinds": col(PointEntry.kind).in_,
    "points_from": col(PointEntry.points).__ge__,
    "points_to": col(PointEntry.points).__le__,
    "created_from": col(PointEntry.created_at).__ge__,
    "created_to": col(PointEntry.created_at).__le__,
}
