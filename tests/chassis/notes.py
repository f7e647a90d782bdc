"""A small service that the tests of the chassis' data and messages stand on: people take notes and hear of them."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, ClassVar
from uuid import UUID

import orjson
from aiokafka import AIOKafkaConsumer
from sqlalchemy import Row, UniqueConstraint, select, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import registry
from sqlmodel import Field, Relationship, SQLModel

from chassis.database import AuditColumns, Database, metadata
from chassis.dead_letters import DeadLetterColumns
from chassis.events import Event, Message, Record
from chassis.ids import uuid7
from chassis.inbox import InboxColumns
from chassis.kafka import Topics
from chassis.outbox import OutboxColumns, publish
from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    service: ClassVar[str] = "notes"


class Table(SQLModel, registry=registry(metadata=metadata())):
    pass


class Outbox(OutboxColumns, Table, table=True):
    __tablename__ = "outbox"


class Inbox(InboxColumns, Table, table=True):
    __tablename__ = "inbox"


class DeadLetter(DeadLetterColumns, Table, table=True):
    __tablename__ = "dead_letters"


class Note(AuditColumns, Table, table=True):
    __tablename__ = "notes"
    __table_args__ = (UniqueConstraint("words"),)

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    words: str
    remarks: list["Remark"] = Relationship(back_populates="note")


class Remark(AuditColumns, Table, table=True):
    __tablename__ = "remarks"

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    note_id: UUID = Field(foreign_key="notes.id")
    words: str
    note: Note = Relationship(back_populates="remarks")


class NoteTaken(Event, name="notes.note.taken"):
    writer: str
    number: int
    words: str = ""

    def key(self) -> str:
        return self.writer


class Taken(Message):
    writer: str
    number: int


@asynccontextmanager
async def own_database(settings: Settings) -> AsyncIterator[None]:
    """The service's database with its tables, gone at the end."""
    server = create_async_engine(settings.server_database_url, isolation_level="AUTOCOMMIT")
    own = create_async_engine(settings.service_database_url)
    async with server.connect() as connection:
        await connection.execute(text(f'CREATE DATABASE "{settings.database_name}"'))
    async with own.begin() as connection:
        await connection.run_sync(Table.metadata.create_all)
    await own.dispose()
    try:
        yield
    finally:
        async with server.connect() as connection:
            await connection.execute(text(f'DROP DATABASE "{settings.database_name}" WITH (FORCE)'))
        await server.dispose()


async def clear(database: Database) -> None:
    names = ", ".join(table.name for table in Table.metadata.sorted_tables)
    async with database.transaction() as session:
        await session.exec(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))  # type: ignore[call-overload]


async def take_notes(database: Database, writer: str, count: int, first: int = 0) -> None:
    """Say `count` numbered things with one key, each in a transaction of its own."""
    for number in range(first, first + count):
        async with database.transaction() as session:
            publish(session, NoteTaken(writer=writer, number=number))


async def rows(database: Database, table: str) -> list[Row[Any]]:
    chosen = database.table(table)
    async with database.reading() as session:
        statement = select(chosen).order_by(*chosen.primary_key.columns)
        return list((await (await session.connection()).execute(statement)).all())


async def count(database: Database, table: str) -> int:
    return len(await rows(database, table))


async def words(database: Database) -> list[str]:
    return sorted(row.words for row in await rows(database, "notes"))


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 30) -> None:
    """Look until it is so; for what happens in a server or another process and can't be awaited."""
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.02)


@asynccontextmanager
async def listening(settings: Settings, topic: str) -> AsyncIterator[Callable[[int], Awaitable[list[Record]]]]:
    """`await arrived(n)` gives the first n records of a topic, from its beginning."""
    topics = Topics(settings)
    kafka = AIOKafkaConsumer(
        topics.full(topic), bootstrap_servers=settings.kafka_bootstrap, auto_offset_reset="earliest"
    )
    heard: list[Record] = []

    async def arrived(number: int) -> list[Record]:
        async with asyncio.timeout(30):
            while len(heard) < number:
                found = await kafka.getone()
                heard.append(Record(topics.bare(found.topic), found.key, found.value, found.headers))
        return heard

    await kafka.start()
    try:
        yield arrived
    finally:
        await kafka.stop()


def numbers_by_key(records: list[Record]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for record in records:
        found.setdefault((record.key or b"").decode(), []).append(orjson.loads(record.value or b"{}")["number"])
    return found


def environment(settings: ServiceSettings) -> dict[str, str]:
    """The same settings for another process."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(sys.path),
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "DATABASE_PREFIX": settings.database_prefix,
        "REDIS_URL": settings.redis_url.get_secret_value(),
        "KAFKA_BOOTSTRAP": settings.kafka_bootstrap,
        "KAFKA_IDEMPOTENT_PRODUCER": str(settings.kafka_idempotent_producer),
        "KAFKA_SESSION_TIMEOUT_MS": str(settings.kafka_session_timeout_ms),
        "TOPIC_PREFIX": settings.topic_prefix,
    }


async def process(
    settings: ServiceSettings, module: str, *arguments: str, stdout: int | None = None, **more: str
) -> asyncio.subprocess.Process:
    """`python -m module` on the same servers."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments), env=environment(settings) | more, stdout=stdout
    )
