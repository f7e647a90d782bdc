"""The outbox: what a transaction says goes into a row of it, and is sent by the relay once it is committed."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zlib import crc32

from opentelemetry.propagate import inject
from sqlalchemy import BigInteger, Index, SmallInteger, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.database import INSTANT
from chassis.events import Event, topic_of

SHARDS = 16
CHANNEL = "outbox"


class OutboxColumns(SQLModel):
    """`class Outbox(OutboxColumns, Table, table=True): __tablename__ = "outbox"`.

    `sequence` is given by the database while the aggregate's row is locked, so that within a key it is the order in
    which things happened. `shard` is what relays share out among themselves; all of a key is in one shard.
    """

    sequence: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    shard: int = Field(sa_type=SmallInteger)
    id: UUID = Field(unique=True)
    name: str
    topic: str
    key: str
    payload: dict[str, Any] = Field(sa_type=JSONB)
    occurred_at: datetime = Field(sa_type=INSTANT)
    traceparent: str = ""
    sent_at: datetime | None = Field(default=None, sa_type=INSTANT)

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Index, ...]:
        return (Index("ix_outbox_unsent", "shard", "sequence", postgresql_where=text("sent_at IS NULL")),)


def publish(session: AsyncSession, event: Event) -> None:
    """Say `event` if, and only if, the transaction of `session` is committed."""
    row: type[OutboxColumns] = session.info["outbox"]
    carrier: dict[str, str] = {}
    inject(carrier)
    session.add(
        row(
            shard=shard_of(event.key()),
            id=event.id,
            name=event.name,
            topic=topic_of(event.name),
            key=event.key(),
            payload=event.payload(),
            occurred_at=event.occurred_at,
            traceparent=carrier.get("traceparent", ""),
        )
    )


def shard_of(key: str) -> int:
    return crc32(key.encode()) % SHARDS
