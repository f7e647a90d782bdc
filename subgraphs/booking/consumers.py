"""What booking listens to: the reports of those it asked, each to the verb that takes it, and who has left."""

from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.cache import Cache
from chassis.consumer import Consumer
from chassis.events import DeadMessage, Message

from .bookings.flow import REPORTS, Signal
from .bookings.forget import forget_guest
from .bookings.get_stuck import get_stuck
from .bookings.lose import lose_nights
from .bookings.lose_coupon import lose_coupon
from .bookings.pay import pay_booking
from .bookings.refund import FailedRefund, take_failed_refund, take_refund, take_requested_refund
from .bookings.refuse import refuse_booking
from .bookings.snapshots import BookedPlace, CancellationPolicy, NightPrice, StayTerms
from .bookings.tables import Ask, RefusalCode
from .bookings.take import take_report
from .bookings.take_benefits import take_benefits
from .bookings.take_nights import take_nights
from .bookings.wait_longer import wait_longer
from .settings import Settings

consumer = Consumer("booking")


class Report(Message):
    booking_id: UUID


class NightsHeld(Report):
    accommodation_id: UUID
    host_id: UUID
    accommodation_name: str
    room_type_name: str
    address_line: str
    check_in_time: time
    check_out_time: time
    nights: tuple[NightPrice, ...]
    subtotal: Decimal
    policy: CancellationPolicy | None

    def terms(self) -> StayTerms:
        place = BookedPlace(
            accommodation_name=self.accommodation_name,
            room_type_name=self.room_type_name,
            address_line=self.address_line,
            check_in_time=self.check_in_time,
            check_out_time=self.check_out_time,
        )
        return StayTerms(place=place, nights=self.nights, policy=self.policy)


class NightsRefused(Report):
    reason: RefusalCode
    message: str
    night: date | None = None


class BenefitsHeld(Report):
    discount: Decimal
    points: int
    coupon_usable_until: datetime | None = None


class BenefitsRefused(Report):
    reason: RefusalCode
    message: str


class CouponRevoked(Report):
    revoked_at: datetime


class PaymentRefused(Report):
    message: str


class PaymentPaid(Report):
    amount: Decimal


class AccountIssued(Report):
    due_at: datetime


class PaymentRefunded(Report):
    refund_id: UUID
    amount: Decimal


class RefundRequested(Report):
    refund_id: UUID
    amount: Decimal


class PaymentRefundFailed(Report):
    refund_id: UUID
    amount: Decimal
    reason: str
    final: bool = False
    left: Decimal | None = None

    def failed(self) -> FailedRefund:
        return FailedRefund(self.refund_id, self.amount, self.reason, self.final, self.left)


class FailedMessage(DeadMessage):
    booking_id: UUID


class UserDeleted(Message):
    user_id: UUID


@consumer.on("accommodation.nights.held")
async def nights_held(session: AsyncSession, message: NightsHeld, cache: Cache, settings: Settings) -> None:
    await take_nights(
        session,
        cache,
        message.booking_id,
        accommodation_id=message.accommodation_id,
        host_id=message.host_id,
        terms=message.terms(),
        subtotal=message.subtotal,
        zone=settings.time_zone,
    )


@consumer.on("accommodation.nights.refused")
async def nights_refused(session: AsyncSession, message: NightsRefused, cache: Cache) -> None:
    await refuse_booking(
        session,
        cache,
        message.booking_id,
        Signal.NIGHTS_REFUSED,
        code=message.reason,
        message=message.message,
        night=message.night,
    )


@consumer.on("accommodation.nights.extended")
async def nights_extended(session: AsyncSession, message: Report, cache: Cache) -> None:
    await take_report(session, cache, message.booking_id, Signal.NIGHTS_EXTENDED)


@consumer.on("accommodation.nights.confirmed")
async def nights_confirmed(session: AsyncSession, message: Report, cache: Cache) -> None:
    await take_report(session, cache, message.booking_id, Signal.NIGHTS_CONFIRMED)


@consumer.on("accommodation.nights.lost")
async def nights_lost(session: AsyncSession, message: Report, cache: Cache) -> None:
    await lose_nights(session, cache, message.booking_id)


@consumer.on("accommodation.nights.released")
async def nights_released(session: AsyncSession, message: Report, cache: Cache) -> None:
    await take_report(session, cache, message.booking_id, Signal.NIGHTS_RELEASED)


@consumer.on("loyalty.benefits.held")
async def benefits_held(session: AsyncSession, message: BenefitsHeld, cache: Cache) -> None:
    await take_benefits(
        session,
        cache,
        message.booking_id,
        discount=message.discount,
        points=message.points,
        coupon_usable_until=message.coupon_usable_until,
    )


@consumer.on("loyalty.benefits.refused")
async def benefits_refused(session: AsyncSession, message: BenefitsRefused, cache: Cache) -> None:
    await refuse_booking(
        session, cache, message.booking_id, Signal.BENEFITS_REFUSED, code=message.reason, message=message.message
    )


@consumer.on("loyalty.benefits.spent")
async def benefits_spent(session: AsyncSession, message: Report, cache: Cache) -> None:
    await take_report(session, cache, message.booking_id, Signal.BENEFITS_SPENT)


@consumer.on("loyalty.benefits.released")
async def benefits_released(session: AsyncSession, message: Report, cache: Cache) -> None:
    await take_report(session, cache, message.booking_id, Signal.BENEFITS_RELEASED)


@consumer.on("loyalty.benefits.given-back")
async def benefits_given_back(session: AsyncSession, message: Report, cache: Cache) -> None:
    await take_report(session, cache, message.booking_id, Signal.BENEFITS_GIVEN_BACK)


@consumer.on("loyalty.benefits.coupon-revoked")
async def coupon_revoked(session: AsyncSession, message: CouponRevoked, cache: Cache) -> None:
    await lose_coupon(session, cache, message.booking_id, message.revoked_at)


@consumer.on("payment.payment.opened")
async def payment_opened(session: AsyncSession, message: Report, cache: Cache) -> None:
    await take_report(session, cache, message.booking_id, Signal.PAYMENT_OPENED)


@consumer.on("payment.payment.account-issued")
async def account_issued(session: AsyncSession, message: AccountIssued, cache: Cache, settings: Settings) -> None:
    await wait_longer(session, cache, message.booking_id, message.due_at, settings.time_zone)


@consumer.on("payment.payment.refused")
async def payment_refused(session: AsyncSession, message: PaymentRefused, cache: Cache) -> None:
    await refuse_booking(
        session,
        cache,
        message.booking_id,
        Signal.PAYMENT_REFUSED,
        code=RefusalCode.PAYMENT_FAILED,
        message=message.message,
    )


@consumer.on("payment.payment.paid")
async def payment_paid(session: AsyncSession, message: PaymentPaid, cache: Cache) -> None:
    await pay_booking(session, cache, message.booking_id, message.amount)


@consumer.on("payment.payment.closed")
async def payment_closed(session: AsyncSession, message: Report, cache: Cache) -> None:
    await take_report(session, cache, message.booking_id, Signal.PAYMENT_CLOSED)


@consumer.on("payment.payment.refunded")
async def payment_refunded(session: AsyncSession, message: PaymentRefunded, cache: Cache) -> None:
    await take_refund(session, cache, message.booking_id, message.refund_id, message.amount)


@consumer.on("payment.payment.refund-requested")
async def payment_refund_requested(session: AsyncSession, message: RefundRequested, cache: Cache) -> None:
    await take_requested_refund(session, cache, message.booking_id, message.refund_id, message.amount)


@consumer.on("payment.payment.refund-failed")
async def payment_refund_failed(session: AsyncSession, message: PaymentRefundFailed, cache: Cache) -> None:
    await take_failed_refund(session, cache, message.booking_id, message.failed())


@consumer.on("account.user.deleted")
async def forget_the_person(session: AsyncSession, message: UserDeleted) -> None:
    await forget_guest(session, message.user_id)


@consumer.on_dead(*Ask, *REPORTS)
async def message_put_aside(session: AsyncSession, message: FailedMessage, cache: Cache) -> None:
    """What booking asked, wherever it failed, and what it was told, if booking failed with it."""
    if message.dead_name not in REPORTS or message.dead_consumer == consumer.name:
        why = f"dead letter of {message.dead_consumer}: {message.dead_reason}"
        await get_stuck(session, cache, message.booking_id, [message.dead_name], why)
