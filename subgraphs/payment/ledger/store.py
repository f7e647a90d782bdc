"""Every SQL statement that finds and locks a payment, and what is written into its history."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.errors import NotFound

from .tables import Payment, PaymentEvent


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


async def history_by_payment(session: AsyncSession, payment_ids: Sequence[UUID]) -> dict[UUID, list[PaymentEvent]]:
    statement = select(PaymentEvent).where(col(PaymentEvent.payment_id).in_(payment_ids))
    found: dict[UUID, list[PaymentEvent]] = {}
    for event in await session.exec(statement.order_by(col(PaymentEvent.at), col(PaymentEvent.id))):
        found.setdefault(event.payment_id, []).append(event)
    return found


async def is_noted(session: AsyncSession, payment: Payment, name: str, detail: str) -> bool:
    statement = select(PaymentEvent.id).where(
        PaymentEvent.payment_id == payment.id, PaymentEvent.name == name, PaymentEvent.detail == detail
    )
    return (await session.exec(statement)).first() is not None


def note(session: AsyncSession, payment: Payment, name: str, detail: str | None = None) -> None:
    session.add(PaymentEvent(payment_id=payment.id, name=name, detail=detail))
