"""What is stored of a mailed token: its hash, for which address it was made, and what it is good for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from chassis.database import INSTANT
from chassis.ids import uuid7

from ..database import Table

VERIFY_EMAIL, RESET_PASSWORD = "VERIFY_EMAIL", "RESET_PASSWORD"


class MailedToken(Table, table=True):
    __tablename__ = "mailed_tokens"
    __table_args__ = (CheckConstraint("purpose in ('VERIFY_EMAIL', 'RESET_PASSWORD')", name="purpose"),)

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    token_hash: bytes = Field(unique=True)
    user_id: UUID = Field(foreign_key="users.id", index=True)
    purpose: str
    email: str
    created_at: datetime = Field(sa_type=INSTANT)
    expires_at: datetime = Field(sa_type=INSTANT, index=True)
    used_at: datetime | None = Field(default=None, sa_type=INSTANT)
