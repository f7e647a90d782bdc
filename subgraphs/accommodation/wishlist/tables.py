"""What is stored of wishlists."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from chassis import clock
from chassis.database import INSTANT

from ..database import Table


class Wish(Table, table=True):
    """Only the person themselves adds and removes it, and what is removed is gone: it is nobody else's business."""

    __tablename__ = "wishes"
    __table_args__ = (Index("ix_wishes_newest", "user_id", "added_at", "accommodation_id"),)

    user_id: UUID = Field(primary_key=True)
    accommodation_id: UUID = Field(primary_key=True, foreign_key="accommodations.id")
    added_at: datetime = Field(default_factory=lambda: clock.now(), sa_type=INSTANT)  # noqa: PLW0108
