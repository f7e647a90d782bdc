"""Dead letters: messages that failed by themselves, kept with the reason until somebody deals with them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from chassis.database import INSTANT
from chassis.ids import uuid7


class DeadLetterColumns(SQLModel):
    """`class DeadLetter(DeadLetterColumns, Table, table=True): __tablename__ = "dead_letters"`.

    `value` is what arrived, to the byte; `payload` the same as JSON where it is such. `replayed_at` is set once it
    was worked on after all.
    """

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    consumer: str
    topic: str
    name: str | None = Field(default=None, index=True)
    message_id: UUID | None = Field(default=None, unique=True)
    key: str | None = None
    value: bytes | None = Field(default=None, sa_type=LargeBinary)
    payload: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    headers: list[list[str]] = Field(default_factory=list, sa_type=JSONB)
    reason: str
    tries: int
    failed_at: datetime = Field(sa_type=INSTANT)
    replayed_at: datetime | None = Field(default=None, sa_type=INSTANT)
