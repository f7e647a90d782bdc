"""Bookings and the steps they took, as stored."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Computed,
    DateTime,
    Enum,
    Index,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    cast,
    func,
    literal_column,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from chassis.database import AuditColumns
from chassis.ids import uuid7

from ..database import Table
from .snapshots import Cancellation, Document, OtherRefunds, StayTerms


class BookingStatus(StrEnum):
    """What a booking is for its guest."""

    PENDING = "PENDING"
    AWAITING_PAYMENT = "AWAITING_PAYMENT"
    CONFIRMED = "CONFIRMED"
    COMPLETED = "COMPLETED"
    REFUSED = "REFUSED"
    EXPIRED = "EXPIRED"
    CANCELLING = "CANCELLING"
    CANCELLED = "CANCELLED"


class Stage(StrEnum):
    """Where a booking is in its flow; `flow.py` says what each waits for."""

    HOLDING_NIGHTS = "HOLDING_NIGHTS"
    HOLDING_BENEFITS = "HOLDING_BENEFITS"
    OPENING_PAYMENT = "OPENING_PAYMENT"
    AWAITING_PAYMENT = "AWAITING_PAYMENT"
    CLOSING_PAYMENT = "CLOSING_PAYMENT"
    CONFIRMING = "CONFIRMING"
    CONFIRMED = "CONFIRMED"
    COMPLETED = "COMPLETED"
    REFUSED = "REFUSED"
    EXPIRED = "EXPIRED"
    CANCELLING = "CANCELLING"
    CANCELLED = "CANCELLED"


class Ask(StrEnum):
    """What a booking asks of others, by the name of the command that asks it."""

    HOLD_NIGHTS = "accommodation.hold-nights"
    CONFIRM_HOLD = "accommodation.confirm-hold"
    EXTEND_HOLD = "accommodation.extend-hold"
    RELEASE_HOLD = "accommodation.release-hold"
    HOLD_BENEFITS = "loyalty.hold-benefits"
    EXTEND_BENEFITS = "loyalty.extend-benefits"
    SPEND_BENEFITS = "loyalty.spend-benefits"
    RELEASE_BENEFITS = "loyalty.release-benefits"
    GIVE_BACK_BENEFITS = "loyalty.give-back-benefits"
    OPEN_PAYMENT = "payment.open-payment"
    CLOSE_PAYMENT = "payment.close-payment"
    REFUND_PAYMENT = "payment.refund-payment"


class RefusalCode(StrEnum):
    """Why a booking could not be had: accommodation's reasons, loyalty's, and the flow's own."""

    SOLD_OUT = "SOLD_OUT"
    CLOSED = "CLOSED"
    NOT_ON_SALE = "NOT_ON_SALE"
    MIN_NIGHTS = "MIN_NIGHTS"
    MAX_NIGHTS = "MAX_NIGHTS"
    TOO_MANY_GUESTS = "TOO_MANY_GUESTS"
    IN_THE_PAST = "IN_THE_PAST"
    TOO_FAR_AHEAD = "TOO_FAR_AHEAD"
    COUPON_NOT_USABLE = "COUPON_NOT_USABLE"
    NOT_ENOUGH_POINTS = "NOT_ENOUGH_POINTS"
    PRICE_CHANGED = "PRICE_CHANGED"
    PAYMENT_FAILED = "PAYMENT_FAILED"


# Where the due time decides: money has not come, and nobody was asked yet whether it did.
PAYABLE = (Stage.HOLDING_NIGHTS, Stage.HOLDING_BENEFITS, Stage.OPENING_PAYMENT, Stage.AWAITING_PAYMENT)

SEARCHED = "lower(code || ' ' || guest_name || ' ' || guest_phone || ' ' || guest_number)"

# The number of the transaction that changes a row: in the order in which they begin, not in which they commit.
THIS_TRANSACTION = cast(cast(func.pg_current_xact_id(), Text), BigInteger)


def _quoted(stages: tuple[Stage, ...]) -> str:
    return ", ".join(f"'{stage}'" for stage in stages)


def _words(kind: type[StrEnum]) -> Enum:
    """Words are stored as text: a new one needs no migration of a database type."""
    return Enum(kind, native_enum=False, length=40, values_callable=lambda each: [word.value for word in each])


def _instant(*, nullable: bool = True) -> Column[Any]:
    return Column(DateTime(timezone=True), nullable=nullable)


class Booking(AuditColumns, Table, table=True):
    __tablename__ = "bookings"
    __table_args__ = (
        UniqueConstraint("guest_id", "idempotency_key"),
        UniqueConstraint("code"),
        CheckConstraint("check_out > check_in", name="dates_in_order"),
        CheckConstraint("guests >= 1 and rooms >= 1", name="somebody_stays"),
        CheckConstraint("points >= 0 and points_used between 0 and points", name="points_in_bounds"),
        CheckConstraint(
            "total >= 0 and coupon_discount >= 0 and total = subtotal - coupon_discount - points_used",
            name="total_adds_up",
        ),
        CheckConstraint("refund_amount <= paid", name="no_more_back_than_came"),
        Index("ix_bookings_guest_created", "guest_id", "created_at", "id"),
        Index("ix_bookings_guest_check_in", "guest_id", "check_in", "id"),
        CheckConstraint("(asked_at is null) = (cardinality(asks) = 0)", name="asked_when_asking"),
        Index("ix_bookings_host_created", "host_id", "created_at", "id"),
        Index("ix_bookings_created", "created_at", "id"),
        Index("ix_bookings_asked_at", "asked_at", postgresql_where=literal_column("asked_at is not null")),
        Index("ix_bookings_due", "payment_due_at", postgresql_where=literal_column(f"stage in ({_quoted(PAYABLE)})")),
        Index("ix_bookings_stay_over", "check_out", postgresql_where=literal_column("stage = 'CONFIRMED'")),
        CheckConstraint("(stuck_since is null) = (cardinality(stuck_on) = 0)", name="stuck_on_something"),
        Index("ix_bookings_stuck", "stuck_since", postgresql_where=literal_column("stuck_since is not null")),
        Index("ix_bookings_changed", "changed_in"),
        Index("ix_bookings_host_changed", "host_id", "changed_in"),
        # By which the back office searches and sorts.
        Index("ix_bookings_accommodation_created", "accommodation_id", "created_at", "id"),
        Index("ix_bookings_room_type_created", "room_type_id", "created_at", "id"),
        Index("ix_bookings_check_in", "check_in", "id"),
        Index("ix_bookings_check_out", "check_out", "id"),
        Index("ix_bookings_total", literal_column("total DESC NULLS LAST"), literal_column("id DESC")),
        Index("ix_bookings_searched", "searched", postgresql_using="gin", postgresql_ops={"searched": "gin_trgm_ops"}),
    )
    # What the database says of an update comes back with it.
    __mapper_args__ = {"eager_defaults": True}  # noqa: RUF012 (read once, by the mapper)

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    code: str
    guest_id: UUID
    idempotency_key: str
    fingerprint: str
    """A digest of the input, to tell the same request asked again from another one."""

    room_type_id: UUID
    accommodation_id: UUID | None = None
    host_id: UUID | None = None
    check_in: date
    check_out: date
    guests: int
    rooms: int
    guest_name: str
    guest_phone: str
    """As the guest typed it."""
    guest_number: str
    """The same as `number_of` writes it."""
    searched: str | None = Field(default=None, sa_column=Column(Text, Computed(SEARCHED, persisted=True)))
    """What the back office finds it by, in small letters; the database writes it."""
    special_requests: str | None = Field(default=None, sa_type=Text)
    user_coupon_id: UUID | None = None
    points: int = 0
    """The most the guest wants to spend; `points_used` is what was held."""

    status: BookingStatus = Field(sa_column=Column(_words(BookingStatus), nullable=False))
    stage: Stage = Field(sa_column=Column(_words(Stage), nullable=False))
    asks: list[Ask] = Field(default_factory=list, sa_column=Column(ARRAY(_words(Ask)), nullable=False))
    """What has been asked and not been answered."""
    asked_at: datetime | None = Field(default=None, sa_column=_instant())
    """When it was last asked; null when nothing is open."""
    asked_again: int = 0
    """How many times the sweeper has asked since."""
    stuck_since: datetime | None = Field(default=None, sa_column=_instant())
    stuck_on: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(String), nullable=False, server_default="{}")
    )
    """The asks and signals that don't get through by themselves; empty when it is not stuck."""
    version: int = 1
    """Raised with every change a watcher may see."""
    changed_in: int | None = Field(
        default=None,
        sa_column=Column(BigInteger, nullable=False, server_default=THIS_TRANSACTION, onupdate=THIS_TRANSACTION),
    )
    """The transaction that changed it last."""

    terms: StayTerms | None = Field(default=None, sa_column=Column(Document(StayTerms)))
    currency: str
    expected_total: Decimal | None = Field(default=None, sa_column=Column(Numeric))
    subtotal: Decimal | None = Field(default=None, sa_column=Column(Numeric))
    coupon_discount: Decimal | None = Field(default=None, sa_column=Column(Numeric))
    points_used: int = 0
    total: Decimal | None = Field(default=None, sa_column=Column(Numeric))
    coupon_usable_until: datetime | None = Field(default=None, sa_column=_instant())

    payment_due_at: datetime = Field(sa_column=_instant(nullable=False))
    account_due_by: datetime | None = Field(default=None, sa_column=_instant())
    """The latest `payment_due_at` may move to, for an account number; known with the nights."""
    paid: Decimal | None = Field(default=None, sa_column=Column(Numeric))
    refund_id: UUID | None = None
    refund_amount: Decimal | None = Field(default=None, sa_column=Column(Numeric))
    other_refunds: OtherRefunds | None = Field(default=None, sa_column=Column(Document(OtherRefunds)))

    refusal_code: RefusalCode | None = Field(default=None, sa_column=Column(_words(RefusalCode)))
    refusal_message: str | None = None
    refusal_night: date | None = None
    cancellation: Cancellation | None = Field(default=None, sa_column=Column(Document(Cancellation)))
    confirmed_at: datetime | None = Field(default=None, sa_column=_instant())
    cancelled_at: datetime | None = Field(default=None, sa_column=_instant())


class BookingStep(Table, table=True):
    """One thing that happened to a booking: a message taken or recognised as past, a question asked again."""

    __tablename__ = "booking_steps"

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    booking_id: UUID = Field(foreign_key="bookings.id", index=True)
    at: datetime = Field(sa_column=_instant(nullable=False))
    name: str
    detail: str | None = None
