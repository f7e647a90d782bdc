"""Webhooks taken in, as stored."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from chassis import clock
from chassis.database import INSTANT

from ..database import Table


class Webhook(Table, table=True):
    """A verified webhook, by the provider's id of it."""

    __tablename__ = "webhooks"
    __table_args__ = (Index("ix_webhooks_received_at", "received_at", postgresql_using="brin"),)

    id: str = Field(primary_key=True)
    type: str
    payment_id: UUID | None = Field(default=None, foreign_key="payments.id", index=True)
    body: dict[str, Any] = Field(sa_type=JSONB)
    received_at: datetime = Field(default_factory=lambda: clock.now(), sa_type=INSTANT)  # noqa: PLW0108
