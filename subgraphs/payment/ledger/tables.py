"""Payments, what happened to them, and bookings that get none, as stored."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Enum, Index, Numeric
from sqlmodel import Field

from chassis import clock
from chassis.database import INSTANT, AuditColumns
from chassis.ids import uuid7

from ..database import Table


class PaymentStatus(StrEnum):
    READY = "READY"
    PENDING = "PENDING"
    VIRTUAL_ACCOUNT_ISSUED = "VIRTUAL_ACCOUNT_ISSUED"
    PAID = "PAID"
    FAILED = "FAILED"
    CLOSED = "CLOSED"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    REFUNDED = "REFUNDED"


class PaymentMethod(StrEnum):
    CARD = "CARD"
    TRANSFER = "TRANSFER"
    VIRTUAL_ACCOUNT = "VIRTUAL_ACCOUNT"
    EASY_PAY = "EASY_PAY"
    MOBILE = "MOBILE"


# Without a scale: an amount comes back with the digits it was stored with.
MONEY: Any = Numeric()


def text_enum(kind: type[StrEnum]) -> Enum:
    """Words are stored as text: a new one needs no migration of a database type."""
    return Enum(kind, native_enum=False, length=40, values_callable=lambda each: [word.value for word in each])


class Payment(AuditColumns, Table, table=True):
    """`amount` is what we ask for; `paid_amount` and `paid_currency` what really came."""

    __tablename__ = "payments"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_is_positive"),
        CheckConstraint(
            "refunded >= 0 and refunding >= 0 and refunded + refunding <= coalesce(paid_amount, 0)",
            name="no_more_back_than_came",
        ),
        CheckConstraint(
            "(paid_at is not null) = (status in ('PAID', 'PARTIALLY_REFUNDED', 'REFUNDED'))"
            " and (paid_at is null) = (paid_amount is null) and (paid_at is null) = (paid_currency is null)",
            name="paid_stays_paid",
        ),
        CheckConstraint("status <> 'CLOSED' or closed_at is not null", name="closed_at_some_time"),
        Index("ix_payments_ask_at", "ask_at", postgresql_where="ask_at is not null"),
        Index("ix_payments_payer_id_created_at", "payer_id", "created_at"),
        # By which the back office searches and sorts.
        Index("ix_payments_created_at_id", "created_at", "id"),
        Index("ix_payments_amount_id", "amount", "id"),
        Index("ix_payments_transaction_id", "transaction_id"),
        Index("ix_payments_refunding", "created_at", "id", postgresql_where="refunding > 0"),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    booking_id: UUID = Field(unique=True)
    payer_id: UUID
    order_name: str
    amount: Decimal = Field(sa_type=MONEY)
    currency: str
    due_at: datetime = Field(sa_type=INSTANT)
    status: PaymentStatus = Field(default=PaymentStatus.READY, sa_type=text_enum(PaymentStatus))
    method: PaymentMethod | None = Field(default=None, sa_column=Column(text_enum(PaymentMethod), nullable=True))
    transaction_id: str | None = None
    failure_reason: str | None = None
    receipt_url: str | None = None

    account_bank: str | None = None
    account_number: str | None = None
    # As the provider says; the booking may wait for less long.
    account_due_at: datetime | None = Field(default=None, sa_type=INSTANT)
    account_due_by: datetime | None = Field(default=None, sa_type=INSTANT)

    paid_amount: Decimal | None = Field(default=None, sa_type=MONEY)
    paid_currency: str | None = None
    paid_at: datetime | None = Field(default=None, sa_type=INSTANT)
    # What came was not what was asked.
    refused_at: datetime | None = Field(default=None, sa_type=INSTANT)
    refunded: Decimal = Field(default=Decimal(0), sa_type=MONEY)
    # Owed to the payer and not back yet.
    refunding: Decimal = Field(default=Decimal(0), sa_type=MONEY)

    close_requested_at: datetime | None = Field(default=None, sa_type=INSTANT)
    pending_until: datetime | None = Field(default=None, sa_type=INSTANT)
    closed_at: datetime | None = Field(default=None, sa_type=INSTANT)

    # Reads of the provider are numbered when they begin: one that an earlier applied is discarded, clocks apart.
    reads_begun: int = Field(default=0, sa_type=BigInteger)
    read_applied: int = Field(default=0, sa_type=BigInteger)
    # Each wish to have the provider asked counts: one that comes during a read is not lost.
    wishes: int = Field(default=0, sa_type=BigInteger)
    # When the provider is to be asked next; empty when nothing more is expected.
    ask_at: datetime | None = Field(default=None, sa_type=INSTANT)


class PaymentEvent(Table, table=True):
    """What the provider said and was asked, and what we did."""

    __tablename__ = "payment_events"

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    payment_id: UUID = Field(foreign_key="payments.id", index=True)
    at: datetime = Field(default_factory=lambda: clock.now(), sa_type=INSTANT)  # noqa: PLW0108
    name: str
    detail: str | None = None


class ClosedBooking(Table, table=True):
    """A booking that was let go before a payment was opened for it: none is opened any more."""

    __tablename__ = "closed_bookings"

    booking_id: UUID = Field(primary_key=True)
    closed_at: datetime = Field(default_factory=lambda: clock.now(), sa_type=INSTANT)  # noqa: PLW0108
