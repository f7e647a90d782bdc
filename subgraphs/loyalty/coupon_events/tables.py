"""What is stored of coupon events, of what administrators asked of them, and of the people they accepted."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Computed, ForeignKeyConstraint, Index, Integer, UniqueConstraint
from sqlmodel import Field

from chassis.database import AuditColumns
from chassis.ids import uuid7

from ..database import INSTANT, Table, words

NO_LIMIT = 2**31 - 1


class CouponEvent(AuditColumns, Table, table=True):
    """The window in which one coupon is given out. Who gets one is decided by its gate, in Redis."""

    __tablename__ = "coupon_events"
    __table_args__ = (
        # A LIMITED coupon serves one event ever; a deleted one does not count.
        Index(
            "uq_coupon_events_coupon_id",
            "coupon_id",
            unique=True,
            postgresql_where="quantity is not null and deleted_at is null",
        ),
        Index("ix_coupon_events_opens_at", "opens_at", "id"),
        Index("ix_coupon_events_closes_at", "closes_at", "id"),
        Index("ix_coupon_events_unsettled", "id", postgresql_where="settled_at is null"),
        # What the issuances' foreign key points at: it carries the slots to where each slot is checked against them.
        UniqueConstraint("id", "slots"),
        CheckConstraint("opens_at < closes_at", name="opens_before_it_closes"),
        CheckConstraint("gate_generation >= 0", name="gate_generation"),
        CheckConstraint("deleted_at is null or settled_at is not null", name="deleted_is_settled"),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    coupon_id: UUID = Field(foreign_key="coupons.id", index=True)
    quantity: int | None = None
    """The coupon's, which never changes."""
    slots: int = Field(
        default=None, sa_column=Column(Integer, Computed(f"coalesce(quantity, {NO_LIMIT})", persisted=True))
    )
    """How many can be given: never null, so that what is checked against it is checked."""
    name: str
    description: str
    opens_at: datetime = Field(sa_type=INSTANT)
    closes_at: datetime = Field(sa_type=INSTANT)
    revision: int = 0
    """How often people changed it: which of two states is the newer, and which change comes after which at the gate."""
    closed_at: datetime | None = Field(default=None, sa_type=INSTANT)
    sold_out_at: datetime | None = Field(default=None, sa_type=INSTANT)

    gate_generation: int = 0
    """Raised before every attempt to write the gate, so that one that comes late is known for what it is."""
    gate_begun_at: datetime | None = Field(default=None, sa_type=INSTANT)
    gate_written_at: datetime | None = Field(default=None, sa_type=INSTANT)
    """When this generation was written. A gate that is not there after that is one that was lost."""
    gate_opened_at: datetime | None = Field(default=None, sa_type=INSTANT)
    gate_lost_at: datetime | None = Field(default=None, sa_type=INSTANT)
    """When it was begun to be rebuilt; null again once it is open."""
    gate_collected_at: datetime | None = Field(default=None, sa_type=INSTANT)
    """When everybody was collected whom the rebuilt gate knows. Of an earlier generation, whoever is recorded after
    that was missed, and has no slot but the one that this gate gives them."""
    settled_at: datetime | None = Field(default=None, sa_type=INSTANT)
    """When the event was over and everything it accepted was recorded: nothing can come of its gate any more."""


class ChangeKind(StrEnum):
    CLOSE = "CLOSE"
    UPDATE = "UPDATE"
    DELETE = "DELETE"


class CouponEventChange(Table, table=True):
    """What an administrator asked of an event's gate: stored first, then applied by the gate, then settled."""

    __tablename__ = "coupon_event_changes"
    __table_args__ = (
        Index(
            "uq_coupon_event_changes_coupon_event_id",
            "coupon_event_id",
            unique=True,
            postgresql_where="settled_at is null",
        ),
        CheckConstraint("(kind = 'UPDATE') = (opens_at is not null)", name="update_has_times"),
        CheckConstraint("(opens_at is null) = (closes_at is null)", name="both_times"),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    coupon_event_id: UUID = Field(foreign_key="coupon_events.id")
    kind: ChangeKind = Field(sa_type=words(ChangeKind, "kind"))
    revision: int = 0
    """Which the event has after it. The gate applies it once, and none that comes after a later one."""
    name: str | None = None
    description: str | None = None
    opens_at: datetime | None = Field(default=None, sa_type=INSTANT)
    closes_at: datetime | None = Field(default=None, sa_type=INSTANT)
    asked_at: datetime = Field(sa_type=INSTANT)
    asked_by: UUID
    settled_at: datetime | None = Field(default=None, sa_type=INSTANT)
    refused: bool = False
    """Whether the gate refused it, because the event had opened."""


class CouponIssuance(Table, table=True):
    """One person's acceptance, recorded. The database holds the same line as the gate: one a person, one a slot."""

    __tablename__ = "coupon_issuances"
    __table_args__ = (
        UniqueConstraint("coupon_event_id", "user_id"),
        UniqueConstraint("coupon_event_id", "slot"),
        ForeignKeyConstraint(["coupon_event_id", "slots"], ["coupon_events.id", "coupon_events.slots"]),
        # Deferred: which issuances are new is only known once they are inserted, and their coupons follow.
        ForeignKeyConstraint(["user_coupon_id"], ["user_coupons.id"], deferrable=True, initially="DEFERRED"),
        CheckConstraint("slot between 1 and slots", name="slot_up_to_slots"),
        # In the order of acceptance, which is also that of the entries in the event's stream.
        Index("ix_coupon_issuances_in_order", "coupon_event_id", "generation", "rank", "id"),
    )

    id: UUID = Field(primary_key=True)
    coupon_event_id: UUID = Field(foreign_key="coupon_events.id")
    slots: int
    """The event's."""
    user_id: UUID
    user_coupon_id: UUID = Field(unique=True)
    slot: int
    rank: int
    generation: int
    requested_at: datetime = Field(sa_type=INSTANT)
    recorded_at: datetime = Field(sa_type=INSTANT)
