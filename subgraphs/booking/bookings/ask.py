"""Ask the others: the commands of a booking, made from what is stored, so that asking again asks the same."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Final, TypeVar

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.events import Event
from chassis.outbox import publish

from ..events import (
    ClosePayment,
    ConfirmHold,
    ExtendBenefits,
    ExtendHold,
    GiveBackBenefits,
    HoldBenefits,
    HoldNights,
    OpenPayment,
    RefundPayment,
    ReleaseBenefits,
    ReleaseHold,
    SpendBenefits,
)
from .rules import order_name_for
from .tables import Ask, Booking

T = TypeVar("T")


def ask_others(session: AsyncSession, booking: Booking, asks: Iterable[Ask]) -> None:
    for ask in asks:
        publish(session, _COMMANDS[ask](booking))


def _hold_nights(booking: Booking) -> HoldNights:
    return HoldNights(
        booking_id=booking.id,
        guest_id=booking.guest_id,
        room_type_id=booking.room_type_id,
        check_in=booking.check_in,
        check_out=booking.check_out,
        rooms=booking.rooms,
        guests=booking.guests,
        due_at=booking.payment_due_at,
    )


def _extend_hold(booking: Booking) -> ExtendHold:
    return ExtendHold(booking_id=booking.id, room_type_id=booking.room_type_id, due_at=booking.payment_due_at)


def _hold_benefits(booking: Booking) -> HoldBenefits:
    return HoldBenefits(
        booking_id=booking.id,
        user_id=booking.guest_id,
        user_coupon_id=booking.user_coupon_id,
        points=booking.points,
        subtotal=_known(booking.subtotal),
        currency=booking.currency,
        due_at=booking.payment_due_at,
    )


def _give_back_benefits(booking: Booking) -> GiveBackBenefits:
    given_back = _known(booking.cancellation)
    return GiveBackBenefits(booking_id=booking.id, coupon=given_back.coupon_returned, points=given_back.points_returned)


def _open_payment(booking: Booking) -> OpenPayment:
    return OpenPayment(
        booking_id=booking.id,
        user_id=booking.guest_id,
        amount=_known(booking.total),
        currency=booking.currency,
        order_name=order_name_for(booking),
        due_at=booking.payment_due_at,
        account_due_by=booking.account_due_by,
    )


def _refund_payment(booking: Booking) -> RefundPayment:
    amount: Decimal = _known(booking.refund_amount)
    reason = booking.cancellation.reason if booking.cancellation else "The payment came after the booking had ended."
    return RefundPayment(booking_id=booking.id, refund_id=_known(booking.refund_id), amount=amount, reason=reason)


def _known(value: T | None) -> T:
    """What the flow has learned before it asks this."""
    if value is None:
        raise ValueError("A booking asks with what it does not know yet")
    return value


_COMMANDS: Final[Mapping[Ask, Callable[[Booking], Event]]] = {
    Ask.HOLD_NIGHTS: _hold_nights,
    Ask.EXTEND_HOLD: _extend_hold,
    Ask.CONFIRM_HOLD: lambda booking: ConfirmHold(booking_id=booking.id, room_type_id=booking.room_type_id),
    Ask.RELEASE_HOLD: lambda booking: ReleaseHold(booking_id=booking.id, room_type_id=booking.room_type_id),
    Ask.HOLD_BENEFITS: _hold_benefits,
    Ask.EXTEND_BENEFITS: lambda booking: ExtendBenefits(booking_id=booking.id, due_at=booking.payment_due_at),
    Ask.SPEND_BENEFITS: lambda booking: SpendBenefits(booking_id=booking.id),
    Ask.RELEASE_BENEFITS: lambda booking: ReleaseBenefits(booking_id=booking.id),
    Ask.GIVE_BACK_BENEFITS: _give_back_benefits,
    Ask.OPEN_PAYMENT: _open_payment,
    Ask.CLOSE_PAYMENT: lambda booking: ClosePayment(booking_id=booking.id),
    Ask.REFUND_PAYMENT: _refund_payment,
}
