"""Everything loyalty listens to: what its own gates accepted, what bookings ask of it, and what earns points."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from pydantic import NonNegativeInt
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.cache import Cache
from chassis.consumer import Consumer
from chassis.events import Message

from .coupon_events.book import Book
from .coupon_events.nudge import EventNudges
from .coupon_events.record import record_acceptances
from .coupon_events.rules import Acceptance
from .coupon_events.stream import Stream
from .coupons.extend import extend_benefits
from .coupons.give_back import give_back_benefits
from .coupons.hold import Wish, hold_benefits
from .coupons.release import release_benefits
from .coupons.spend import spend_benefits
from .points.earn import earn_points
from .points.take_back import take_points_back
from .settings import Settings

consumer = Consumer("loyalty")


class CouponAccepted(Message):
    coupon_event_id: UUID
    user_id: UUID
    slot: int
    rank: int
    generation: int
    requested_at: datetime

    def acceptance(self) -> Acceptance:
        return Acceptance(self.coupon_event_id, self.user_id, self.slot, self.rank, self.generation, self.requested_at)


class Command(Message):
    booking_id: UUID


class HoldBenefits(Command):
    user_id: UUID
    user_coupon_id: UUID | None
    points: NonNegativeInt
    subtotal: Decimal
    currency: str
    due_at: datetime

    def wish(self) -> Wish:
        return Wish(self.user_id, self.user_coupon_id, self.points, self.subtotal, self.currency, self.due_at)


class ExtendBenefits(Command):
    due_at: datetime


class GiveBackBenefits(Command):
    coupon: bool
    points: NonNegativeInt


class BookingCompleted(Message):
    booking_id: UUID
    guest_id: UUID
    paid: Decimal


class PaymentRefunded(Message):
    booking_id: UUID
    refund_id: UUID
    amount: Decimal


@consumer.on("loyalty.coupon.accepted", batch=500)
async def coupons_accepted(
    session: AsyncSession,
    messages: list[CouponAccepted],
    *,
    stream: Stream,
    cache: Cache,
    book: Book,
    nudges: EventNudges,
) -> None:
    acceptances = [message.acceptance() for message in messages]
    await record_acceptances(session, acceptances, stream=stream, cache=cache, book=book, nudges=nudges)


@consumer.on("loyalty.hold-benefits")
async def hold_asked(session: AsyncSession, message: HoldBenefits) -> None:
    await hold_benefits(session, message.booking_id, message.wish())


@consumer.on("loyalty.extend-benefits")
async def extension_asked(session: AsyncSession, message: ExtendBenefits) -> None:
    await extend_benefits(session, message.booking_id, message.due_at)


@consumer.on("loyalty.spend-benefits")
async def spending_asked(session: AsyncSession, message: Command) -> None:
    await spend_benefits(session, message.booking_id)


@consumer.on("loyalty.release-benefits")
async def release_asked(session: AsyncSession, message: Command) -> None:
    await release_benefits(session, message.booking_id)


@consumer.on("loyalty.give-back-benefits")
async def return_asked(session: AsyncSession, message: GiveBackBenefits) -> None:
    await give_back_benefits(session, message.booking_id, coupon=message.coupon, points=message.points)


@consumer.on("booking.booking.completed")
async def stay_over(session: AsyncSession, message: BookingCompleted, settings: Settings) -> None:
    percent, zone = settings.earn_percent, settings.time_zone
    await earn_points(session, message.guest_id, message.booking_id, message.paid, percent=percent, zone=zone)


@consumer.on("payment.payment.refunded")
async def money_back(session: AsyncSession, message: PaymentRefunded) -> None:
    await take_points_back(session, message.booking_id, message.refund_id, message.amount)
