"""What is stored of sessions: refresh tokens by their hash, each with the one that succeeded it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from chassis.database import INSTANT
from chassis.ids import uuid7

from ..database import Table


class RefreshToken(Table, table=True):
    """One token of a family. A family is one sign-in and all that was refreshed from it."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (
        Index("ix_refresh_tokens_family_id", "family_id"),
        CheckConstraint("(used_at is null) = (successor_salt is null)", name="used_has_successor"),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    family_id: UUID
    user_id: UUID = Field(foreign_key="users.id", index=True)
    token_hash: bytes = Field(unique=True)
    created_at: datetime = Field(sa_type=INSTANT)
    expires_at: datetime = Field(sa_type=INSTANT)
    used_at: datetime | None = Field(default=None, sa_type=INSTANT)
    successor_salt: bytes | None = None
    ended_at: datetime | None = Field(default=None, sa_type=INSTANT)
