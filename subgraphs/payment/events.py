"""Everything payment tells the world."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import PlainSerializer

from chassis.events import Event

# Digits only: what comes from the database may say 1.3E+5.
Amount = Annotated[Decimal, PlainSerializer(lambda amount: format(amount, "f"), return_type=str)]


class _PaymentEvent(Event):
    booking_id: UUID

    def key(self) -> str:
        return str(self.booking_id)


class PaymentOpened(_PaymentEvent, name="payment.payment.opened"):
    """The guest can pay now."""

    payment_id: UUID
    amount: Amount


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
    amount: Amount
    paid_at: datetime


class PaymentClosed(_PaymentEvent, name="payment.payment.closed"):
    """No money came. What comes from now on goes back by itself. No id where none was ever opened."""

    payment_id: UUID | None


class PaymentRefunded(_PaymentEvent, name="payment.payment.refunded"):
    """Money is back with the guest: asked for by the booking, or given back by payment on its own."""

    payment_id: UUID
    refund_id: UUID
    amount: Amount


class RefundFailed(_PaymentEvent, name="payment.payment.refund-failed"):
    """A refund did not work. What can work later is tried again, and `refunded` follows."""

    payment_id: UUID | None
    refund_id: UUID
    amount: Amount
    reason: str
