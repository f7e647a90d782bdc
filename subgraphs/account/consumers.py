"""Everything account listens to: what people are bound by, and what they are written about."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.consumer import Consumer
from chassis.events import Message

from .bookings.follow import follow_booking
from .bookings.tables import Booking
from .notices.tables import Kind
from .notices.write import remind_to_pay, tell_guest, tell_of_refund

consumer = Consumer("account")


class BookingBecame(Message):
    booking_id: UUID
    guest_id: UUID
    host_id: UUID | None
    code: str
    status: str
    check_in: date
    check_out: date
    total: Decimal | None
    currency: str

    def booking(self) -> Booking:
        said = self.model_dump(exclude={"message_id", "occurred_at", "booking_id"})
        return Booking(id=self.booking_id, **said)


class AccountIssued(Message):
    booking_id: UUID
    due_at: datetime


class PaymentRefunded(Message):
    booking_id: UUID
    refund_id: UUID
    amount: Decimal


@consumer.on("booking.booking.created")
@consumer.on("booking.booking.awaiting-payment")
@consumer.on("booking.booking.completed")
@consumer.on("booking.booking.refused")
@consumer.on("booking.booking.expired")
async def booking_went_on(session: AsyncSession, message: BookingBecame) -> None:
    await follow_booking(session, message.booking())


@consumer.on("booking.booking.confirmed")
async def booking_confirmed(session: AsyncSession, message: BookingBecame) -> None:
    await follow_booking(session, message.booking())
    await tell_guest(session, Kind.BOOKING_CONFIRMED, message.booking_id)


@consumer.on("booking.booking.cancelled")
async def booking_cancelled(session: AsyncSession, message: BookingBecame) -> None:
    await follow_booking(session, message.booking())
    await tell_guest(session, Kind.BOOKING_CANCELLED, message.booking_id)


@consumer.on("payment.payment.account-issued")
async def account_issued(session: AsyncSession, message: AccountIssued) -> None:
    await remind_to_pay(session, message.booking_id, message.due_at)


@consumer.on("payment.payment.refunded")
async def payment_refunded(session: AsyncSession, message: PaymentRefunded) -> None:
    await tell_of_refund(session, message.booking_id, message.refund_id, format(message.amount, "f"))
