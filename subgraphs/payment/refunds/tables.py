"""Refunds, as stored."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, Text
from sqlmodel import Field

from chassis.database import INSTANT, AuditColumns
from chassis.ids import uuid7

from ..database import Table
from ..ledger.tables import MONEY, text_enum


class RefundStatus(StrEnum):
    REQUESTED = "REQUESTED"
    NEEDS_ACCOUNT = "NEEDS_ACCOUNT"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


class RefundCause(StrEnum):
    """Who wanted it."""

    ASKED = "ASKED"
    BY_HAND = "BY_HAND"
    WRONG_AMOUNT = "WRONG_AMOUNT"
    LATE = "LATE"
    # Somebody gave the money back in the provider's own console.
    AT_PROVIDER = "AT_PROVIDER"


class Refund(AuditColumns, Table, table=True):
    """Money on its way back. `key` and `cancellable` are stored before the first send and stay until a refusal."""

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_is_positive"),
        CheckConstraint("(key is null) = (cancellable is null)", name="key_with_cancellable"),
        CheckConstraint("(status = 'SUCCEEDED') = (settled_at is not null)", name="settled_when_succeeded"),
        Index(
            "uq_refunds_payment_id_under_way",
            "payment_id",
            unique=True,
            postgresql_where="key is not null and settled_at is null",
        ),
        Index("ix_refunds_open", "status", postgresql_where="settled_at is null"),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    payment_id: UUID = Field(foreign_key="payments.id", index=True)
    amount: Decimal = Field(sa_type=MONEY)
    currency: str
    reason: str = Field(sa_type=Text)
    cause: RefundCause = Field(sa_column=Column(text_enum(RefundCause), nullable=False))
    status: RefundStatus = Field(sa_column=Column(text_enum(RefundStatus), nullable=False))
    failure_reason: str | None = None
    settled_at: datetime | None = Field(default=None, sa_type=INSTANT)

    key: str | None = None
    cancellable: Decimal | None = Field(default=None, sa_type=MONEY)
    attempts: int = 0
    # When it may be sent (again); empty while the provider has it, while an account is missing, and at the end.
    try_at: datetime | None = Field(default=None, sa_type=INSTANT)
    cancellation_id: str | None = None

    account_bank: str | None = None
    account_number: str | None = None
    account_holder: str | None = None
