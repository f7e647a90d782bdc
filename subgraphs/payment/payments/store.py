"""The SQL by which payments are opened, closed, listed, read from the provider and taken up when due."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

import sqlalchemy
from sqlalchemy import ColumnElement
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.errors import NotFound
from chassis.pagination import Order, Page, page

from ..ledger.tables import ClosedBooking, Payment, PaymentMethod, PaymentStatus
from .rules import Ticket

# By the names the graph gives them; the id makes each order total.
ORDERS: Final[Mapping[str, Sequence[Order]]] = {
    "CREATED_AT_DESC": (Order(Payment.created_at, descending=True), Order(Payment.id, descending=True)),
    "CREATED_AT_ASC": (Order(Payment.created_at), Order(Payment.id)),
    "AMOUNT_DESC": (Order(Payment.amount, descending=True), Order(Payment.id, descending=True)),
    "AMOUNT_ASC": (Order(Payment.amount), Order(Payment.id)),
}


async def lock_booking(session: AsyncSession, booking_id: UUID) -> None:
    """Opening and closing of one booking happen one after the other, also while it has no payment to lock."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(booking_id), 0))))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which payments are looked for; None asks for nothing in particular."""

    booking_id: UUID | None = None
    payer_id: UUID | None = None
    transaction_id: str | None = None
    statuses: Sequence[PaymentStatus] | None = None
    methods: Sequence[PaymentMethod] | None = None
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    refund_open: bool | None = None

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        for column, value in (
            (col(Payment.booking_id), self.booking_id),
            (col(Payment.payer_id), self.payer_id),
            (col(Payment.transaction_id), self.transaction_id),
        ):
            if value is not None:
                yield column == value
        yield from self._ranges()
        if self.statuses is not None:
            yield col(Payment.status).in_(self.statuses)
        if self.methods is not None:
            yield col(Payment.method).in_(self.methods)
        if self.refund_open is not None:
            yield (col(Payment.refunding) > 0) == self.refund_open

    def _ranges(self) -> Iterator[ColumnElement[bool]]:
        if self.amount_from is not None:
            yield col(Payment.amount) >= self.amount_from
        if self.amount_to is not None:
            yield col(Payment.amount) <= self.amount_to
        if self.created_from is not None:
            yield col(Payment.created_at) >= self.created_from
        if self.created_to is not None:
            yield col(Payment.created_at) <= self.created_to


async def page_of_payments(
    session: AsyncSession,
    wanted: Wanted,
    *,
    order: str,
    first: int,
    after: str | None,
    count: bool,
) -> Page[Payment]:
    statement = sqlalchemy.select(Payment).where(*wanted.conditions())
    return await page(session, statement, order=ORDERS[order], first=first, after=after, count=count)


async def begin_read(session: AsyncSession, payment_id: UUID) -> Ticket:
    statement = (
        update(Payment)
        .where(col(Payment.id) == payment_id)
        .values(reads_begun=Payment.reads_begun + 1, updated_at=Payment.updated_at)
        .returning(col(Payment.reads_begun), col(Payment.wishes))
    )
    row = (await session.execute(statement)).first()
    if row is None:
        raise NotFound("There is no such payment.")
    return Ticket(payment_id, row[0], row[1])


async def take_due(session: AsyncSession, limit: int, lease: timedelta) -> Sequence[UUID]:
    """Payments about which the provider is to be asked now; for the time of the lease nobody else is given them."""
    now = clock.now()
    due = (
        select(Payment.id)
        .where(col(Payment.ask_at) <= now)
        .order_by(col(Payment.ask_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    statement = (
        update(Payment)
        .where(col(Payment.id) == due.c.id)
        .values(ask_at=now + lease, updated_at=Payment.updated_at)
        .returning(col(Payment.id))
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(statement)).scalars().all()


async def next_due(session: AsyncSession) -> datetime | None:
    return (await session.exec(select(func.min(Payment.ask_at)))).one()


async def mark_closed(session: AsyncSession, booking_id: UUID) -> None:
    values = {"booking_id": booking_id, "closed_at": clock.now()}
    await session.execute(insert(ClosedBooking).values(values).on_conflict_do_nothing())


async def is_marked_closed(session: AsyncSession, booking_id: UUID) -> bool:
    statement = select(ClosedBooking.booking_id).where(ClosedBooking.booking_id == booking_id)
    return (await session.exec(statement)).first() is not None
