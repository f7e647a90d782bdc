"""How a payment stands for somebody at its checkout page."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Final

from ..ledger.tables import Payment, PaymentStatus
from ..payments.rules import is_payable


class CheckoutState(Enum):
    PAYABLE = "payable"
    FAILED = "failed"
    PENDING = "pending"
    ACCOUNT = "account"
    PAID = "paid"
    REFUNDED = "refunded"
    OVER = "over"


WAITING: Final = (CheckoutState.PENDING, CheckoutState.ACCOUNT)
CAN_PAY: Final = (CheckoutState.PAYABLE, CheckoutState.FAILED)
_STATE_OF: Final[Mapping[PaymentStatus, CheckoutState]] = {
    PaymentStatus.READY: CheckoutState.PAYABLE,
    PaymentStatus.FAILED: CheckoutState.FAILED,
    PaymentStatus.PENDING: CheckoutState.PENDING,
    PaymentStatus.VIRTUAL_ACCOUNT_ISSUED: CheckoutState.ACCOUNT,
    PaymentStatus.PAID: CheckoutState.PAID,
    PaymentStatus.PARTIALLY_REFUNDED: CheckoutState.PAID,
    PaymentStatus.REFUNDED: CheckoutState.REFUNDED,
    PaymentStatus.CLOSED: CheckoutState.OVER,
}


def state_of(payment: Payment, now: datetime) -> CheckoutState:
    state = _STATE_OF[payment.status]
    over = state in CAN_PAY and (now >= payment.due_at or not is_payable(payment))
    return CheckoutState.OVER if over else state
