"""Every SQL statement about payments, refunds and webhooks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import sqlalchemy
from sqlalchemy import ColumnElement
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.errors import NotFound
from chassis.pagination import Order, Page, page

from .reading import Ticket
from .tables import ClosedBooking, Payment, PaymentEvent, PaymentMethod, PaymentStatus, Refund, Webhook

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


async def lock_payment(session: AsyncSession, payment_id: UUID) -> Payment:
    payment = await lock_payment_if_known(session, payment_id)
    if payment is None:
        raise NotFound("There is no such payment.")
    return payment


async def lock_payment_if_known(session: AsyncSession, payment_id: UUID) -> Payment | None:
    return (await session.exec(select(Payment).where(Payment.id == payment_id).with_for_update())).first()


async def lock_payment_of_booking(session: AsyncSession, booking_id: UUID) -> Payment | None:
    return (await session.exec(select(Payment).where(Payment.booking_id == booking_id).with_for_update())).first()


async def find_payment(session: AsyncSession, payment_id: UUID) -> Payment | None:
    return (await session.exec(select(Payment).where(Payment.id == payment_id))).first()


async def get_payment(session: AsyncSession, payment_id: UUID) -> Payment:
    payment = await find_payment(session, payment_id)
    if payment is None:
        raise NotFound("There is no such payment.")
    return payment


async def payments_by_id(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Payment]:
    rows = await session.exec(select(Payment).where(col(Payment.id).in_(ids)))
    return {payment.id: payment for payment in rows}


async def payments_by_booking(session: AsyncSession, booking_ids: Sequence[UUID]) -> dict[UUID, Payment]:
    rows = await session.exec(select(Payment).where(col(Payment.booking_id).in_(booking_ids)))
    return {payment.booking_id: payment for payment in rows}


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


async def refunds_of(session: AsyncSession, payment_id: UUID) -> Sequence[Refund]:
    """Oldest first. Whoever changes one holds the lock of its payment."""
    statement = select(Refund).where(Refund.payment_id == payment_id)
    return (await session.exec(statement.order_by(col(Refund.created_at), col(Refund.id)))).all()


async def refunds_by_payment(session: AsyncSession, payment_ids: Sequence[UUID]) -> dict[UUID, list[Refund]]:
    statement = select(Refund).where(col(Refund.payment_id).in_(payment_ids))
    found: dict[UUID, list[Refund]] = {}
    for refund in await session.exec(statement.order_by(col(Refund.created_at), col(Refund.id))):
        found.setdefault(refund.payment_id, []).append(refund)
    return found


async def find_refund(session: AsyncSession, refund_id: UUID) -> Refund | None:
    return (await session.exec(select(Refund).where(Refund.id == refund_id))).first()


async def get_refund(session: AsyncSession, refund_id: UUID) -> Refund:
    refund = await find_refund(session, refund_id)
    if refund is None:
        raise NotFound("There is no such refund.")
    return refund


async def lock_payment_of_refund(session: AsyncSession, refund_id: UUID) -> Payment | None:
    statement = select(Payment).join(Refund).where(Refund.id == refund_id).with_for_update(of=Payment)
    return (await session.exec(statement)).first()


async def refunds_with_payers(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, tuple[Refund, UUID]]:
    statement = select(Refund, Payment.payer_id).join(Payment).where(col(Refund.id).in_(ids))
    return {refund.id: (refund, payer_id) for refund, payer_id in await session.exec(statement)}


async def history_by_payment(session: AsyncSession, payment_ids: Sequence[UUID]) -> dict[UUID, list[PaymentEvent]]:
    statement = select(PaymentEvent).where(col(PaymentEvent.payment_id).in_(payment_ids))
    found: dict[UUID, list[PaymentEvent]] = {}
    for event in await session.exec(statement.order_by(col(PaymentEvent.at), col(PaymentEvent.id))):
        found.setdefault(event.payment_id, []).append(event)
    return found


def note(session: AsyncSession, payment: Payment, name: str, detail: str | None = None) -> None:
    session.add(PaymentEvent(payment_id=payment.id, name=name, detail=detail))


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


async def insert_webhook(session: AsyncSession, webhook: Webhook) -> bool:
    """False when its id was taken in before."""
    values: dict[str, Any] = webhook.model_dump()
    statement = insert(Webhook).values(values).on_conflict_do_nothing().returning(col(Webhook.id))
    return (await session.execute(statement)).first() is not None


async def mark_closed(session: AsyncSession, booking_id: UUID) -> None:
    values = {"booking_id": booking_id, "closed_at": clock.now()}
    await session.execute(insert(ClosedBooking).values(values).on_conflict_do_nothing())


async def is_marked_closed(session: AsyncSession, booking_id: UUID) -> bool:
    statement = select(ClosedBooking.booking_id).where(ClosedBooking.booking_id == booking_id)
    return (await session.exec(statement)).first() is not None
