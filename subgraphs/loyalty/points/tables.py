"""What is stored of points: accounts, their lots, the entries of the ledger, and what bookings took and earned."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Computed, ForeignKeyConstraint, Index, Integer, UniqueConstraint
from sqlmodel import Field

from chassis.ids import uuid7

from ..database import AMOUNT, INSTANT, Table, words


class EntryKind(StrEnum):
    EARN = "EARN"
    GRANT = "GRANT"
    SPEND = "SPEND"
    RETURN = "RETURN"
    REVOKE = "REVOKE"
    EXPIRE = "EXPIRE"


class PointAccount(Table, table=True):
    """One person's points, made at the first touch. Its row lock is the lock of everything below it."""

    __tablename__ = "point_accounts"
    __table_args__ = (
        CheckConstraint("balance >= 0 and held >= 0 and owed >= 0", name="not_negative"),
        CheckConstraint("last_entry is not null or total = 0", name="nothing_without_an_entry"),
        # At every commit, the sum of the entries is the balance with what is held.
        ForeignKeyConstraint(
            ["user_id", "last_entry", "total"],
            ["point_entries.user_id", "point_entries.number", "point_entries.balance_after"],
            name="fk_point_accounts_last_entry",
            use_alter=True,
            deferrable=True,
            initially="DEFERRED",
        ),
    )

    user_id: UUID = Field(primary_key=True)
    balance: int = 0
    held: int = 0
    owed: int = 0
    """Earned by what was refunded since, and no longer there to be taken back: later earnings pay it."""
    last_entry: int | None = None
    total: int = Field(default=None, sa_column=Column(Integer, Computed("balance + held", persisted=True)))
    created_at: datetime = Field(sa_type=INSTANT)


class PointLot(Table, table=True):
    """Points that came together and expire together. What is neither left nor held was spent, taken, or expired."""

    __tablename__ = "point_lots"
    __table_args__ = (
        CheckConstraint("points > 0 and remaining >= 0 and held >= 0", name="not_negative"),
        CheckConstraint("remaining + held <= points", name="no_more_than_came"),
        Index("ix_point_lots_user_id", "user_id", "expires_at", "id"),
        Index("ix_point_lots_expires_at", "expires_at", postgresql_where="remaining > 0"),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    user_id: UUID = Field(foreign_key="point_accounts.user_id")
    points: int
    remaining: int
    held: int = 0
    expires_at: datetime = Field(sa_type=INSTANT)
    created_at: datetime = Field(sa_type=INSTANT)


class PointHold(Table, table=True):
    """What a booking took from a lot, kept until it lets go of it or gives it back."""

    __tablename__ = "point_holds"
    __table_args__ = (CheckConstraint("points > 0", name="not_nothing"),)

    booking_id: UUID = Field(primary_key=True)
    lot_id: UUID = Field(primary_key=True, foreign_key="point_lots.id", index=True)
    points: int
    spent: bool = False


class PointEntry(Table, table=True):
    """One change of the sum of an account. A trigger refuses to change or delete what is written."""

    __tablename__ = "point_entries"
    __table_args__ = (
        UniqueConstraint("user_id", "number"),
        # Each entry goes on from the sum of the one before it.
        UniqueConstraint("user_id", "number", "balance_after"),
        ForeignKeyConstraint(
            ["user_id", "previous", "balance_before"],
            ["point_entries.user_id", "point_entries.number", "point_entries.balance_after"],
            name="fk_point_entries_previous",
        ),
        CheckConstraint("number > 1 or (number = 1 and balance_after = points)", name="begins_at_nothing"),
        CheckConstraint("balance_after >= 0", name="not_negative"),
        CheckConstraint("points <> 0 and (kind in ('EARN', 'GRANT', 'RETURN')) = (points > 0)", name="signed"),
        Index(
            "uq_point_entries_booking_id_kind",
            "booking_id",
            "kind",
            unique=True,
            postgresql_where="kind in ('EARN', 'SPEND', 'RETURN')",
        ),
        UniqueConstraint("created_by", "idempotency_key"),
        CheckConstraint(
            "(idempotency_key is null) = (fingerprint is null) and (idempotency_key is null or created_by is not null)",
            name="asked_by_somebody",
        ),
        Index("ix_point_entries_created_at", "created_at", "id"),
        Index("ix_point_entries_points", "points", "id"),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    user_id: UUID = Field(foreign_key="point_accounts.user_id")
    number: int
    kind: EntryKind = Field(sa_type=words(EntryKind, "kind"))
    points: int
    balance_after: int
    previous: int | None = Field(
        default=None, sa_column=Column(Integer, Computed("nullif(number - 1, 0)", persisted=True))
    )
    balance_before: int | None = Field(
        default=None,
        sa_column=Column(
            Integer, Computed("case when number > 1 then balance_after - points else null::integer end", persisted=True)
        ),
    )
    description: str
    booking_id: UUID | None = None
    expires_at: datetime | None = Field(default=None, sa_type=INSTANT)
    created_at: datetime = Field(sa_type=INSTANT)
    created_by: UUID | None = None
    idempotency_key: str | None = None
    fingerprint: str | None = None
    """Of what was asked with that key."""


class PointEarning(Table, table=True):
    """What one booking earned. Refunds may be heard of before it is completed: nobody is known then."""

    __tablename__ = "point_earnings"
    __table_args__ = (
        CheckConstraint("points >= 0 and paid >= 0 and percent >= 0", name="not_negative"),
        CheckConstraint(
            "(user_id is null) = (paid is null) and (user_id is null) = (percent is null)", name="completed_at_once"
        ),
        CheckConstraint("user_id is not null or points = 0", name="nothing_before_completion"),
    )

    booking_id: UUID = Field(primary_key=True)
    user_id: UUID | None = None
    paid: Decimal | None = Field(default=None, sa_type=AMOUNT)
    percent: Decimal | None = Field(default=None, sa_type=AMOUNT)
    """By which it was earned: what a refund takes back is counted by the same."""
    points: int = 0
    created_at: datetime = Field(sa_type=INSTANT)


class PointRefund(Table, table=True):
    """Money of a booking that went back, once each however often it is told."""

    __tablename__ = "point_refunds"
    __table_args__ = (CheckConstraint("amount >= 0", name="not_negative"),)

    refund_id: UUID = Field(primary_key=True)
    booking_id: UUID = Field(foreign_key="point_earnings.booking_id", index=True)
    amount: Decimal = Field(sa_type=AMOUNT)
