"""What is stored of a notice: why somebody is written to, and how far that is. Never a token."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, literal_column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from chassis.database import INSTANT
from chassis.ids import uuid7

from ..database import Table


class Kind(StrEnum):
    VERIFY_EMAIL = "VERIFY_EMAIL"
    RESET_PASSWORD = "RESET_PASSWORD"  # noqa: S105 - the name of a mail
    BOOKING_CONFIRMED = "BOOKING_CONFIRMED"
    BOOKING_CANCELLED = "BOOKING_CANCELLED"
    REFUND_PAID = "REFUND_PAID"
    PAYMENT_REMINDER = "PAYMENT_REMINDER"


class State(StrEnum):
    WAITING = "WAITING"
    SENT = "SENT"
    DROPPED = "DROPPED"


_IS_WAITING: Any = literal_column("state = 'WAITING'")


class Notice(Table, table=True):
    """One mail. `subject_id` is what it is about: said twice, it is still one."""

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("kind", "subject_id"),
        Index("ix_notices_waiting", "due_at", postgresql_where=_IS_WAITING),
        CheckConstraint(f"kind in {tuple(each.value for each in Kind)!r}", name="kind"),
        CheckConstraint(f"state in {tuple(each.value for each in State)!r}", name="state"),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    kind: str
    subject_id: UUID
    user_id: UUID | None = None
    """Whom it is for, where that is known already: a booking's guest may not be."""
    booking_id: UUID | None = None
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    created_at: datetime = Field(sa_type=INSTANT)
    state: str = State.WAITING
    due_at: datetime = Field(sa_type=INSTANT)
    """When it is to be sent, or tried again. Whoever sends it moves this on first: nobody else takes it until then."""
    tries: int = 0
    settled_at: datetime | None = Field(default=None, sa_type=INSTANT)
    reason: str | None = None
    """Why it was dropped, or not sent at the last try."""
