"""Stays that are over, and the reviews of them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, SmallInteger
from sqlmodel import Field

from chassis.database import INSTANT, AuditColumns
from chassis.ids import uuid7

from ..database import Table

VISIBLE = "deleted_at IS NULL AND hidden_at IS NULL"


class CompletedStay(Table, table=True):
    """What makes somebody a guest who may review: booking said that their stay is over."""

    __tablename__ = "completed_stays"

    booking_id: UUID = Field(primary_key=True)
    guest_id: UUID
    accommodation_id: UUID = Field(foreign_key="accommodations.id")
    completed_at: datetime = Field(sa_type=INSTANT)


class Review(AuditColumns, Table, table=True):
    __tablename__ = "reviews"
    __table_args__ = (
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
        CheckConstraint("(hidden_at IS NULL) = (hidden_reason IS NULL)", name="hidden_for_a_reason"),
        Index("ix_reviews_newest", "accommodation_id", "created_at", "id", postgresql_where=VISIBLE),
        Index("ix_reviews_rating", "accommodation_id", "rating", "id", postgresql_where=VISIBLE),
        Index("ix_reviews_author_id", "author_id", "created_at", "id"),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    booking_id: UUID = Field(foreign_key="completed_stays.booking_id", unique=True)
    """Once a booking, also when it was deleted: what was hidden does not come back as new."""
    accommodation_id: UUID = Field(foreign_key="accommodations.id")
    author_id: UUID
    rating: int = Field(sa_type=SmallInteger)
    text: str
    host_reply: str | None = None
    replied_at: datetime | None = Field(default=None, sa_type=INSTANT)
    replied_by: UUID | None = None
    hidden_at: datetime | None = Field(default=None, sa_type=INSTANT)
    hidden_by: UUID | None = None
    hidden_reason: str | None = None

    @property
    def is_visible(self) -> bool:
        return self.deleted_at is None and self.hidden_at is None
