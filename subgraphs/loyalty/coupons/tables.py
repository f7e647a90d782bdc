"""What is stored of coupons, of the people who own them, and of the bookings that hold them."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from chassis import clock
from chassis.database import AuditColumns
from chassis.ids import uuid7

from ..database import AMOUNT, INSTANT, Table, words


class CouponKind(StrEnum):
    LIMITED = "LIMITED"
    UNLIMITED = "UNLIMITED"


class DiscountKind(StrEnum):
    PERCENTAGE = "PERCENTAGE"
    AMOUNT = "AMOUNT"


class Coupon(AuditColumns, Table, table=True):
    """The definition: what it takes off, of which orders, and when."""

    __tablename__ = "coupons"
    __table_args__ = (
        CheckConstraint("(discount_kind = 'PERCENTAGE') = (percent is not null)", name="percentage_has_percent"),
        CheckConstraint("(discount_kind = 'AMOUNT') = (amount is not null)", name="amount_has_amount"),
        CheckConstraint("discount_kind = 'PERCENTAGE' or cap is null", name="only_percentage_has_cap"),
        CheckConstraint("percent between 1 and 100", name="percent"),
        CheckConstraint("amount > 0 and cap > 0 and minimum_order >= 0 and maximum_order >= 0", name="not_negative"),
        CheckConstraint("minimum_order <= maximum_order", name="minimum_up_to_maximum"),
        CheckConstraint("usable_until - usable_from >= interval '1 day'", name="usable_for_a_day"),
        CheckConstraint("(kind = 'LIMITED') = (quantity is not null)", name="limited_has_quantity"),
        CheckConstraint("quantity between 1 and 1000000", name="quantity"),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    name: str
    kind: CouponKind = Field(sa_type=words(CouponKind, "kind"))
    discount_kind: DiscountKind = Field(sa_type=words(DiscountKind, "discount_kind"))
    percent: int | None = None
    amount: Decimal | None = Field(default=None, sa_type=AMOUNT)
    cap: Decimal | None = Field(default=None, sa_type=AMOUNT)
    minimum_order: Decimal | None = Field(default=None, sa_type=AMOUNT)
    maximum_order: Decimal | None = Field(default=None, sa_type=AMOUNT)
    currency: str
    usable_from: datetime = Field(sa_type=INSTANT)
    usable_until: datetime = Field(sa_type=INSTANT)
    quantity: int | None = None


class UserCoupon(Table, table=True):
    """One person's coupon. Whether it is held or used is written once, in the holds of bookings."""

    __tablename__ = "user_coupons"
    __table_args__ = (
        # One a person and event. What administrators give has no event, and counts for itself.
        UniqueConstraint("coupon_event_id", "user_id"),
        Index("ix_user_coupons_user_id_issued_at", "user_id", "issued_at", "id"),
        Index(
            "uq_user_coupons_granted_by_grant_key",
            "granted_by",
            "grant_key",
            unique=True,
            postgresql_where="granted_by is not null",
        ),
        CheckConstraint("num_nulls(coupon_event_id, granted_by) = 1", name="from_an_event_or_a_person"),
        CheckConstraint("num_nulls(granted_by, grant_key, grant_reason) in (0, 3)", name="granted_with_a_reason"),
        CheckConstraint("num_nulls(revoked_at, revoked_by, revoked_reason) in (0, 3)", name="revoked_with_a_reason"),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    user_id: UUID
    coupon_id: UUID = Field(foreign_key="coupons.id", index=True)
    coupon_event_id: UUID | None = Field(default=None, foreign_key="coupon_events.id")
    issued_at: datetime = Field(sa_type=INSTANT)
    granted_by: UUID | None = None
    grant_key: str | None = None
    """The administrator's own: the same one is the same grant, however often it is sent."""
    grant_reason: str | None = None
    revoked_at: datetime | None = Field(default=None, sa_type=INSTANT)
    """From when no booking gets it any more. One that has it keeps it."""
    revoked_by: UUID | None = None
    revoked_reason: str | None = None


class HoldState(StrEnum):
    ASKED = "ASKED"
    HELD = "HELD"
    REFUSED = "REFUSED"
    SPENT = "SPENT"
    RELEASED = "RELEASED"
    LAPSED = "LAPSED"
    GIVEN_BACK = "GIVEN_BACK"


class BenefitHold(Table, table=True):
    """What one booking asked for and what became of it. Released without ever asking, it is the mark that refuses."""

    __tablename__ = "benefit_holds"
    __table_args__ = (
        # The database's own word on it: a coupon is one booking's at a time.
        Index("uq_benefit_holds_user_coupon_id", "user_coupon_id", unique=True, postgresql_where="has_coupon"),
        Index("ix_benefit_holds_due_at", "due_at", postgresql_where="state = 'HELD'"),
        CheckConstraint("not has_coupon or user_coupon_id is not null", name="has_a_coupon"),
        CheckConstraint("discount >= 0 and points >= 0", name="not_negative"),
    )

    booking_id: UUID = Field(primary_key=True)
    state: HoldState = Field(default=HoldState.ASKED, sa_type=words(HoldState, "state"))
    user_id: UUID | None = None
    user_coupon_id: UUID | None = Field(default=None, foreign_key="user_coupons.id")
    has_coupon: bool = False
    """Whether the coupon is this booking's: from held, through spent, until it is let go or given back."""
    discount: Decimal = Field(default=Decimal(0), sa_type=AMOUNT)
    currency: str | None = None
    points: int = 0
    refusal: str | None = None
    message: str | None = None
    due_at: datetime | None = Field(default=None, sa_type=INSTANT)
    spent_at: datetime | None = Field(default=None, sa_type=INSTANT)
    created_at: datetime = Field(sa_type=INSTANT)
    updated_at: datetime = Field(sa_type=INSTANT, sa_column_kwargs={"onupdate": lambda: clock.now()})  # noqa: PLW0108
