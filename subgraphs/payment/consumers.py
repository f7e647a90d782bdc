"""Everything payment listens to: what booking asks of it."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.cache import Cache
from chassis.consumer import Consumer
from chassis.events import Message

from .payments.close import close_payment
from .payments.open import open_payment
from .refunds.request import request_refund
from .settings import Settings

consumer = Consumer("payment")


class OpenPayment(Message):
    booking_id: UUID
    user_id: UUID
    amount: Decimal
    currency: str
    order_name: str
    due_at: datetime
    account_due_by: datetime | None = None


class ClosePayment(Message):
    booking_id: UUID


class RefundPayment(Message):
    booking_id: UUID
    refund_id: UUID
    amount: Decimal
    reason: str


@consumer.on("payment.open-payment")
async def open_it(session: AsyncSession, message: OpenPayment, settings: Settings) -> None:
    await open_payment(
        session,
        message.booking_id,
        payer_id=message.user_id,
        amount=message.amount,
        currency=message.currency,
        our_currency=settings.currency,
        order_name=message.order_name,
        due_at=message.due_at,
        account_due_by=message.account_due_by,
    )


@consumer.on("payment.close-payment")
async def close_it(session: AsyncSession, message: ClosePayment, cache: Cache) -> None:
    await close_payment(session, cache, message.booking_id)


@consumer.on("payment.refund-payment")
async def refund_it(session: AsyncSession, message: RefundPayment, cache: Cache) -> None:
    await request_refund(
        session, cache, message.booking_id, refund_id=message.refund_id, amount=message.amount, reason=message.reason
    )
