"""Everything booking tells the world, and everything it asks of the others."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from chassis.events import Event


class BookingEvent(Event):
    """A booking as it has just become. What is not known yet is null."""

    booking_id: UUID
    code: str
    guest_id: UUID
    host_id: UUID | None
    accommodation_id: UUID | None
    room_type_id: UUID
    check_in: date
    check_out: date
    status: str
    subtotal: Decimal | None
    coupon_discount: Decimal | None
    points_used: int
    total: Decimal | None
    currency: str

    def key(self) -> str:
        return str(self.booking_id)


class BookingCreated(BookingEvent, name="booking.booking.created"):
    """A guest asked for a stay; nothing is held yet."""


class BookingAwaitingPayment(BookingEvent, name="booking.booking.awaiting-payment"):
    """Everything is held, and the guest can pay."""


class BookingConfirmed(BookingEvent, name="booking.booking.confirmed"):
    """Paid, or nothing was to pay: the nights are the guest's."""


class BookingCompleted(BookingEvent, name="booking.booking.completed"):
    """The stay is over."""

    paid: Decimal
    """All the money that came. What of it went back, before or after, is payment's to tell."""


class BookingRefused(BookingEvent, name="booking.booking.refused"):
    """It could not be had; what was held is being let go."""


class BookingExpired(BookingEvent, name="booking.booking.expired"):
    """It was not paid in time; what was held is being let go."""


class BookingCancelled(BookingEvent, name="booking.booking.cancelled"):
    """Cancelled, and everything owed is back."""


class _HoldCommand(Event):
    """Asked of accommodation; one room type's requests are decided in their order."""

    booking_id: UUID
    room_type_id: UUID

    def key(self) -> str:
        return str(self.room_type_id)


class HoldNights(_HoldCommand, name="accommodation.hold-nights"):
    """Set the nights aside until `due_at`, and say what they cost."""

    guest_id: UUID
    check_in: date
    check_out: date
    rooms: int
    guests: int
    due_at: datetime


class ExtendHold(_HoldCommand, name="accommodation.extend-hold"):
    """Go on holding the nights until `due_at`."""

    due_at: datetime


class ConfirmHold(_HoldCommand, name="accommodation.confirm-hold"):
    """The nights are paid."""


class ReleaseHold(_HoldCommand, name="accommodation.release-hold"):
    """Let the nights go, held or sold, and refuse a later hold of this booking."""


class _BenefitsCommand(Event):
    """Asked of loyalty."""

    booking_id: UUID

    def key(self) -> str:
        return str(self.booking_id)


class HoldBenefits(_BenefitsCommand, name="loyalty.hold-benefits"):
    """Set aside the coupon and at most `points` points, and say what they take off `subtotal`."""

    user_id: UUID
    user_coupon_id: UUID | None
    points: int
    subtotal: Decimal
    currency: str
    due_at: datetime


class ExtendBenefits(_BenefitsCommand, name="loyalty.extend-benefits"):
    """Go on holding them until `due_at`."""

    due_at: datetime


class SpendBenefits(_BenefitsCommand, name="loyalty.spend-benefits"):
    """What was held is used now."""


class ReleaseBenefits(_BenefitsCommand, name="loyalty.release-benefits"):
    """Let go what was held, and refuse a later hold of this booking."""


class GiveBackBenefits(_BenefitsCommand, name="loyalty.give-back-benefits"):
    """Return what was held or spent, as far as the cancellation gives it back."""

    coupon: bool
    points: int


class _PaymentCommand(Event):
    """Asked of payment."""

    booking_id: UUID

    def key(self) -> str:
        return str(self.booking_id)


class OpenPayment(_PaymentCommand, name="payment.open-payment"):
    """Let this person pay this amount until `due_at`, or into an account number until `account_due_by`."""

    user_id: UUID
    amount: Decimal
    currency: str
    order_name: str
    due_at: datetime
    account_due_by: datetime | None
    """None for a booking that was made before this was said."""


class ClosePayment(_PaymentCommand, name="payment.close-payment"):
    """The due time has passed: say whether money came, and let none come any more."""


class RefundPayment(_PaymentCommand, name="payment.refund-payment"):
    """Give this much back; `refund_id` makes asking twice harmless."""

    refund_id: UUID
    amount: Decimal
    reason: str
