"""Everything payment tells the world."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from chassis.events import Event


class _PaymentEvent(Event):
    booking_id: UUID

    def key(self) -> str:
        return str(self.booking_id)


class PaymentOpened(_PaymentEvent, name="payment.payment.opened"):
    """The guest can pay now."""

    payment_id: UUID
    amount: Decimal


class PaymentRefused(_PaymentEvent, name="payment.payment.refused"):
    """It can't be paid, or what was paid was not what was asked and goes back in full."""

    reason: str
    message: str


class AccountIssued(_PaymentEvent, name="payment.payment.account-issued"):
    """The guest has an account number to pay into until `due_at`."""

    payment_id: UUID
    due_at: datetime


class PaymentPaid(_PaymentEvent, name="payment.payment.paid"):
    """The money came, all of it."""

    payment_id: UUID
    amount: Decimal
    paid_at: datetime


class PaymentClosed(_PaymentEvent, name="payment.payment.closed"):
    """No money came. What comes from now on goes back by itself. No id where none was ever opened."""

    payment_id: UUID | None


class PaymentRefunded(_PaymentEvent, name="payment.payment.refunded"):
    """Money is back with the guest: asked for by the booking, or given back by payment on its own."""

    payment_id: UUID
    refund_id: UUID
    amount: Decimal


class RefundRequested(_PaymentEvent, name="payment.payment.refund-requested"):
    """Money is set aside to go back by hand. `refunded` follows, however long it takes: it is never taken back."""

    payment_id: UUID
    refund_id: UUID
    amount: Decimal


class RefundFailed(_PaymentEvent, name="payment.payment.refund-failed"):
    """A refund did not work. It is tried again, and `refunded` follows, unless it is `final`.

    Then it can never work by itself, and waits for an administrator to retry it or to settle it by hand.
    """

    payment_id: UUID | None
    refund_id: UUID
    amount: Decimal
    reason: str
    final: bool
    """Nobody tries it again by itself."""
    left: Decimal | None
    """What can still be given back, where more was asked and nothing was kept of it."""
