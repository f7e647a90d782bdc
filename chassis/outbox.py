"""The outbox: what a transaction says goes into a row of it, and is sent by the relay once it is committed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zlib import crc32

from opentelemetry.propagate import inject
from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    ColumnElement,
    Index,
    Row,
    SmallInteger,
    Table,
    Text,
    any_,
    bindparam,
    delete,
    exists,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import declared_attr
from sqlalchemy.types import TypeEngine
from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.bulk import insert_all
from chassis.database import INSTANT, Database, after_commit
from chassis.events import Event, topic_of

SHARDS = 16


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
    session.add(row(**_columns(event, _traceparent())))
    _ring(session)


async def publish_all(
    session: AsyncSession, events: Sequence[Event], payloads: Mapping[UUID, dict[str, Any]] | None = None
) -> None:
    """The same for many at once, in their order, in one statement. `payloads` are those that are at hand, by event."""
    if events:
        row: type[OutboxColumns] = session.info["outbox"]
        traceparent, at_hand = _traceparent(), payloads or {}
        rows = [_columns(each, traceparent, at_hand.get(each.id)) for each in events]
        await session.exec(insert_all(row.metadata.tables["outbox"], rows))
        _ring(session)


def _columns(event: Event, traceparent: str, payload: dict[str, Any] | None = None) -> dict[str, Any]:
    key = event.key()
    return {
        "shard": shard_of(key),
        "id": event.id,
        "name": event.name,
        "topic": topic_of(event.name),
        "key": key,
        "payload": event.payload() if payload is None else payload,
        "occurred_at": event.occurred_at,
        "traceparent": traceparent,
    }


def _traceparent() -> str:
    carrier: dict[str, str] = {}
    inject(carrier)
    return carrier.get("traceparent", "")


def _ring(session: AsyncSession) -> None:
    if not session.info.get("rings"):
        session.info["rings"] = True
        after_commit(session, session.info["doorbell"].ring)


def shard_of(key: str) -> int:
    return crc32(key.encode()) % SHARDS


async def unsent(
    connection: AsyncConnection, table: Table, *, shards: Collection[int], held: Collection[str], limit: int
) -> Sequence[Row[Any]]:
    """The oldest rows of `shards` that wait to be sent, without those of the queues in `held`."""
    # As a subquery, which is hashed: beside an array each row would be compared with thousands.
    held_queues = select(func.unnest(_array(held, Text)))
    statement = (
        select(table)
        .where(table.c.sent_at.is_(None), table.c.shard == any_(_array(shards, SmallInteger)))
        .where(_queue(table).not_in(held_queues))
        .order_by(table.c.sequence)
        .limit(limit)
    )
    return (await connection.execute(statement)).all()


async def mark_sent(connection: AsyncConnection, table: Table, sequences: Collection[int]) -> None:
    await connection.execute(
        update(table).where(table.c.sequence == any_(_array(sequences, BigInteger))).values(sent_at=clock.now())
    )


def queue_of(row: Row[Any]) -> str:
    """What keeps its order: the rows of one key on their way to one topic."""
    return f"{row.topic} {row.key}"


async def anything_sent(database: Database, since: datetime) -> bool:
    """Whether the broker was ever told anything that was said since then."""
    table = database.table("outbox")
    async with database.reading() as session:
        connection = await session.connection()
        sent = exists().where(table.c.occurred_at >= since, table.c.sent_at.is_not(None))
        return bool((await connection.execute(select(sent))).scalar_one())


async def replay(database: Database, since: datetime) -> int:
    """Have everything that was said since then sent again, in its order; how many messages that is."""
    table = database.table("outbox")
    async with database.transaction() as session:
        result = await session.exec(
            update(table).where(table.c.occurred_at >= since, table.c.sent_at.is_not(None)).values(sent_at=None)
        )
    await database.doorbell.ring()
    return int(result.rowcount)


async def purge(database: Database, before: datetime, at_once: int = 5_000) -> int:
    """Forget what was sent before then, oldest first, in small transactions; how many rows that was."""
    table = database.table("outbox")
    oldest = select(table.c.sequence).where(table.c.sent_at < before).order_by(table.c.sequence).limit(at_once)
    purged = 0
    while True:
        async with database.transaction() as session:
            result = await session.exec(delete(table).where(table.c.sequence.in_(oldest)))
        purged += result.rowcount
        if result.rowcount < at_once:
            return purged


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many messages wait to be sent, and since when the oldest does."""

    count: int
    oldest: datetime | None


async def backlog(database: Database) -> Backlog:
    table = database.table("outbox")
    async with database.reading() as session:
        connection = await session.connection()
        statement = select(func.count(), func.min(table.c.occurred_at)).where(table.c.sent_at.is_(None))
        count, oldest = (await connection.execute(statement)).one()
    return Backlog(count, oldest)


def _queue(table: Table) -> ColumnElement[str]:
    return table.c.topic + " " + table.c.key


def _array(values: Collection[Any], kind: type[TypeEngine[Any]]) -> BindParameter[Any]:
    return bindparam(None, list(values), type_=ARRAY(kind))
