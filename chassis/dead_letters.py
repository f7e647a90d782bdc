"""Dead letters: messages that failed by themselves, kept with the reason until somebody deals with them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote_from_bytes, unquote_to_bytes
from uuid import UUID

import structlog
from sqlalchemy import LargeBinary, Row, func, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlmodel import Field, SQLModel

from chassis import clock, metrics
from chassis.database import INSTANT, Database
from chassis.events import Record, UnreadableRecord, dead, envelope_of, name_of, payload_of
from chassis.ids import uuid7
from chassis.kafka import Producer

logger = structlog.get_logger(__name__)

_LONGEST_REASON = 2_000


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


async def put_aside(database: Database, consumer: str, record: Record, error: Exception, tries: int) -> None:
    """Keep the record with the reason. One that failed before and fails again is the same dead letter, open again."""
    table = database.table("dead_letters")
    values = _values(consumer, record, error, tries)
    kept = ("value", "payload", "headers", "reason", "tries", "failed_at")
    statement = (
        insert(table)
        .values(id=uuid7(), **values)
        .on_conflict_do_update(
            index_elements=[table.c.message_id], set_={**{each: values[each] for each in kept}, "replayed_at": None}
        )
    )
    async with database.transaction() as session:
        await session.exec(statement)


async def announce(producer: Producer, consumer: str, record: Record, error: Exception) -> None:
    """Send the record to the dead letters of its topic, as it came and with the reason."""
    headers = (*record.headers, ("dead-consumer", consumer.encode()), ("dead-reason", _reason(error).encode()))
    await producer.send([Record(dead(record.topic), record.key, record.value, headers)])
    metrics.DEAD_LETTERS.labels(record.topic).inc()


async def open_letters(database: Database, limit: int = 100) -> Sequence[Row[Any]]:
    """What nobody has dealt with, oldest first."""
    table = database.table("dead_letters")
    statement = select(table).where(table.c.replayed_at.is_(None)).order_by(table.c.failed_at).limit(limit)
    async with database.reading() as session:
        return (await (await session.connection()).execute(statement)).all()


async def count_open(database: Database) -> int:
    table = database.table("dead_letters")
    statement = select(func.count()).select_from(table).where(table.c.replayed_at.is_(None))
    async with database.reading() as session:
        return (await (await session.connection()).execute(statement)).scalar_one()


async def record_of(database: Database, letter_id: UUID) -> Record | None:
    """The record as it came, to be worked on again; None when there is no such dead letter."""
    table = database.table("dead_letters")
    async with database.reading() as session:
        statement = select(table).where(table.c.id == letter_id)
        row = (await (await session.connection()).execute(statement)).first()
    if row is None:
        return None
    key = row.key.encode() if row.key is not None else None
    return Record(row.topic, key, row.value, tuple((word, unquote_to_bytes(text)) for word, text in row.headers))


async def mark_replayed(database: Database, letter_id: UUID) -> None:
    table = database.table("dead_letters")
    async with database.transaction() as session:
        await session.exec(update(table).where(table.c.id == letter_id).values(replayed_at=clock.now()))


def _values(consumer: str, record: Record, error: Exception, tries: int) -> dict[str, Any]:
    return {
        "consumer": consumer,
        "topic": record.topic,
        "name": _text(name_of(record)),
        "message_id": _message_id(record),
        "key": _text(record.key.decode(errors="replace")) if record.key is not None else None,
        "value": record.value,
        "payload": _payload(record),
        "headers": [[_text(word), quote_from_bytes(value, safe=":+. ")] for word, value in record.headers],
        "reason": _text(_reason(error)),
        "tries": tries,
        "failed_at": clock.now(),
    }


def _message_id(record: Record) -> UUID | None:
    try:
        return envelope_of(record).message_id
    except UnreadableRecord:
        return None


def _payload(record: Record) -> dict[str, Any] | None:
    if b"\\u0000" in (record.value or b""):  # JSON may say so, JSONB may not
        return None
    try:
        return payload_of(record)
    except UnreadableRecord:
        return None


def _text(words: str | None) -> str | None:
    """Text as PostgreSQL takes it: whatever a broken message holds, it must be possible to put it aside."""
    return words.replace("\0", "\ufffd") if words is not None else None


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:_LONGEST_REASON]
