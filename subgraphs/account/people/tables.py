"""What is stored of a person."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Computed, Index, Text, literal_column
from sqlmodel import Field

from chassis.database import INSTANT, AuditColumns
from chassis.ids import uuid7

from ..database import Table

# Lines: nothing that is looked for has a break in it. Numbers of before are as they were typed; here are their digits.
SEARCHED = (
    "lower(display_name || chr(10) || email || chr(10) || "
    "coalesce(phone_number || chr(10) || regexp_replace(phone_number, '[^+0-9]', '', 'g'), ''))"
)

_IS_REVOKED: Any = literal_column("tokens_revoked_at IS NOT NULL")


class User(AuditColumns, Table, table=True):
    __tablename__ = "users"
    __table_args__ = (
        Index("uq_users_email", literal_column("lower(email)"), unique=True),
        CheckConstraint("role in ('GUEST', 'HOST', 'ADMIN')", name="role"),
        CheckConstraint("gender in ('FEMALE', 'MALE', 'OTHER')", name="gender"),
        Index(
            "ix_users_tokens_revoked_at",
            "tokens_revoked_at",
            postgresql_where=literal_column("tokens_revoked_at IS NOT NULL"),
        ),
        Index("ix_users_searched", "searched", postgresql_using="gin", postgresql_ops={"searched": "gin_trgm_ops"}),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    email: str
    password_hash: str
    display_name: str
    avatar_url: str | None = None
    phone_number: str | None = None
    """As `number_of` writes it; from before there was such a way, as it was typed."""
    birth_date: date | None = None
    gender: str | None = None
    preferred_language: str | None = None
    address: str | None = None
    searched: str | None = Field(default=None, sa_column=Column(Text, Computed(SEARCHED, persisted=True)))
    """What the back office finds them by, in small letters; the database writes it."""
    role: str
    email_verified_at: datetime | None = Field(default=None, sa_type=INSTANT)
    suspended_at: datetime | None = Field(default=None, sa_type=INSTANT)
    suspension_reason: str | None = None
    tokens_revoked_at: datetime | None = Field(default=None, sa_type=INSTANT)
    """Access tokens given until that instant, a whole millisecond, are worth nothing."""
