"""The inbox: which messages this service has taken in, so that one that comes twice is worked on once."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, MetaData, Table, delete, select, tuple_
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.bulk import insert_all
from chassis.database import INSTANT, Database


class InboxColumns(SQLModel):
    """`class Inbox(InboxColumns, Table, table=True): __tablename__ = "inbox"`."""

    message_id: UUID = Field(primary_key=True)
    consumer: str = Field(primary_key=True)
    received_at: datetime = Field(sa_type=INSTANT)

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Index, ...]:
        # Rows arrive in the order of time: a block range index finds the old ones and weighs nothing.
        return (Index("ix_inbox_received_at", "received_at", postgresql_using="brin"),)


async def first_time(session: AsyncSession, consumer: str, message_id: UUID) -> bool:
    """Take the message in; False when that was done before. Another's unfinished attempt is waited for."""
    return bool(await first_times(session, consumer, [message_id]))


async def first_times(session: AsyncSession, consumer: str, message_ids: Iterable[UUID]) -> set[UUID]:
    """Take the messages in and say which of them are new."""
    received_at = clock.now()
    # Sorted, so that two consumers that hold the same messages after a rebalance can't wait for each other.
    rows = [
        {"message_id": message_id, "consumer": consumer, "received_at": received_at}
        for message_id in sorted(set(message_ids))
    ]
    if not rows:
        return set()
    table = _table(session)
    statement = insert_all(table, rows).on_conflict_do_nothing().returning(table.c.message_id)
    return set((await session.exec(statement)).scalars())


def _table(session: AsyncSession) -> Table:
    metadata: MetaData = session.info["outbox"].metadata
    return metadata.tables["inbox"]


async def purge(database: Database, before: datetime, at_once: int = 5_000) -> int:
    """Forget what was taken in before then, in small transactions; how many rows that was."""
    table = database.table("inbox")
    old = select(table.c.message_id, table.c.consumer).where(table.c.received_at < before).limit(at_once)
    purged = 0
    while True:
        async with database.transaction() as session:
            result = await session.exec(delete(table).where(tuple_(table.c.message_id, table.c.consumer).in_(old)))
        purged += result.rowcount
        if result.rowcount < at_once:
            return purged
