"""What is stored of a person."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, func
from sqlmodel import Field

from chassis.database import AuditColumns
from chassis.ids import uuid7

from ..database import Table


class Gender(StrEnum):
    FEMALE = "FEMALE"
    MALE = "MALE"
    OTHER = "OTHER"


class User(AuditColumns, Table, table=True):
    __tablename__ = "users"
    __table_args__ = (
        Index("uq_users_email", func.lower("email"), unique=True),
        CheckConstraint("role in ('GUEST', 'HOST', 'ADMIN')", name="role"),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    email: str
    password_hash: str
    display_name: str
    avatar_url: str | None = None
    phone_number: str | None = None
    birth_date: date | None = None
    gender: Gender | None = None
    preferred_language: str | None = None
    address: str | None = None
    role: str
    email_verified_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    suspended_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    suspension_reason: str | None = None
