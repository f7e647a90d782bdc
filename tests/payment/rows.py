"""Rows as the rules meet them, without any database."""

from decimal import Decimal

from chassis import clock
from chassis.ids import uuid7
from subgraphs.payment.ledger.tables import Payment, PaymentStatus
from subgraphs.payment.provider.snapshot import Cancellation, Outcome
from subgraphs.payment.refunds.tables import Refund, RefundCause, RefundStatus

NOW = clock.now()
HUNDRED = Decimal(100)


def payment(**changed: object) -> Payment:
    fields = {
        "booking_id": uuid7(),
        "payer_id": uuid7(),
        "order_name": "Seaside",
        "amount": HUNDRED,
        "currency": "KRW",
        "due_at": NOW,
        "created_at": NOW,
    }
    return Payment(**(fields | changed))


def paid(**changed: object) -> Payment:
    return payment(
        **({"status": PaymentStatus.PAID, "paid_at": NOW, "paid_amount": HUNDRED, "paid_currency": "KRW"} | changed)
    )


def refund(**changed: object) -> Refund:
    fields = {
        "payment_id": uuid7(),
        "amount": Decimal(40),
        "currency": "KRW",
        "reason": "cancelled",
        "cause": RefundCause.ASKED,
        "status": RefundStatus.REQUESTED,
    }
    return Refund(**(fields | changed))


def cancellation(id_: str, amount: int, outcome: Outcome = Outcome.SUCCEEDED) -> Cancellation:
    return Cancellation(id_, outcome, Decimal(amount))
