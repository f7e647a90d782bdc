"""What is stored of a photo; its bytes are elsewhere."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index
from sqlmodel import Field

from chassis.database import INSTANT, AuditColumns
from chassis.ids import uuid7

from ..database import Table, words


class PhotoOwner(StrEnum):
    ACCOMMODATION = "ACCOMMODATION"
    ROOM_TYPE = "ROOM_TYPE"
    REVIEW = "REVIEW"


class Photo(AuditColumns, Table, table=True):
    """Whoever asked for the upload created it. Without an owner it is not shown; deleted, its files are removed."""

    __tablename__ = "photos"
    __table_args__ = (
        CheckConstraint("(owner_id IS NULL) = (owner_kind IS NULL)", name="owner_is_whole"),
        CheckConstraint("owner_id IS NULL OR checked_at IS NOT NULL", name="shown_when_checked"),
        Index("ix_photos_owner_id", "owner_id", "position", postgresql_where="deleted_at IS NULL"),
        Index("ix_photos_unused", "created_at", postgresql_where="owner_id IS NULL AND deleted_at IS NULL"),
        Index(
            "ix_photos_to_shrink",
            "checked_at",
            postgresql_where="checked_at IS NOT NULL AND shrunk_at IS NULL AND deleted_at IS NULL",
        ),
        Index(
            "ix_photos_to_remove",
            "deleted_at",
            postgresql_where="deleted_at IS NOT NULL AND files_removed_at IS NULL",
        ),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    content_type: str
    byte_length: int
    owner_kind: PhotoOwner | None = Field(default=None, sa_column=Column(words(PhotoOwner)))
    owner_id: UUID | None = None
    position: int = 0
    caption: str | None = None
    checked_at: datetime | None = Field(default=None, sa_type=INSTANT)
    shrunk_at: datetime | None = Field(default=None, sa_type=INSTANT)
    files_removed_at: datetime | None = Field(default=None, sa_type=INSTANT)
