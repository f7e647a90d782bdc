"""What is true of every payment: whose it is, what is left of the money, and how long others are waited for."""

import math
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from .tables import Payment, PaymentStatus

# A provider or a webhook that has been silent this long is asked.
SILENCE: Final = timedelta(minutes=2)
# Longer than the provider may take to answer: whoever has begun has that long before another begins.
LEASE: Final = timedelta(seconds=90)


def silence_for(age: timedelta) -> timedelta:
    """Two minutes at first, then a tenth of the age: a day takes some fifty questions instead of seven hundred."""
    return max(SILENCE, age / 10)


def left_to_refund(payment: Payment) -> Decimal:
    """What came, less what went back and what is on its way."""
    return (payment.paid_amount or Decimal(0)) - payment.refunded - payment.refunding


def due_into_account(payment: Payment) -> datetime:
    """Until when money may come to the account number: as long as the provider takes it and the booking waits."""
    ends = (payment.account_due_at, payment.account_due_by)
    return min((each for each in ends if each is not None), default=payment.due_at)


def account_hours_left(payment: Payment, now: datetime, at_most: int) -> int:
    """For how many hours, begun ones too, an account number is asked for."""
    if payment.account_due_by is None:
        return at_most
    return max(1, min(at_most, math.ceil((payment.account_due_by - now) / timedelta(hours=1))))


def status_of_money(payment: Payment) -> PaymentStatus:
    """Of a payment whose money came."""
    if not payment.refunded:
        return PaymentStatus.PAID
    return PaymentStatus.REFUNDED if payment.refunded == payment.paid_amount else PaymentStatus.PARTIALLY_REFUNDED


def is_mine(payment: Payment | None, person: UUID | None) -> bool:
    return payment is not None and payment.payer_id == person
