"""The outbox: what is said with a transaction or not at all, told apart by shard, replayed and forgotten."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from opentelemetry import trace
from sqlalchemy import event, update
from sqlalchemy.exc import IntegrityError

from chassis import clock, outbox
from chassis.database import Database, violated
from chassis.ids import uuid7
from chassis.outbox import SHARDS, publish, publish_all, shard_of, unsent
from tests.chassis import notes
from tests.chassis.notes import Note, NoteTaken, take_notes


async def mark_all_sent(database: Database, ago: timedelta = timedelta()) -> None:
    table = database.table("outbox")
    async with database.transaction() as session:
        await session.exec(update(table).values(sent_at=clock.now() - ago))


async def test_what_is_said_is_in_the_same_transaction_as_what_happened(database: Database) -> None:
    async def fail() -> None:
        async with database.transaction() as session:
            session.add(Note(words="lost"))
            publish(session, NoteTaken(writer="kim", number=1))
            await session.flush()
            raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        await fail()
    assert await notes.rows(database, "outbox") == []
    assert await notes.words(database) == []


async def test_a_row_holds_all_that_is_sent(database: Database) -> None:
    event = NoteTaken(writer="kim", number=7, words="안녕", id=UUID(int=5))
    async with database.transaction() as session:
        publish(session, event)
    [row] = await notes.rows(database, "outbox")
    assert (row.id, row.name, row.topic, row.key) == (UUID(int=5), "notes.note.taken", "notes.events", "kim")
    assert row.payload == {"writer": "kim", "number": 7, "words": "안녕"}
    assert (row.occurred_at, row.sent_at, row.shard) == (event.occurred_at, None, shard_of("kim"))


async def test_the_trace_of_who_says_it_goes_with_it(database: Database) -> None:
    context = trace.SpanContext(int("a" * 32, 16), int("b" * 16, 16), is_remote=False, trace_flags=trace.TraceFlags(1))
    with trace.use_span(trace.NonRecordingSpan(context)):
        async with database.transaction() as session:
            publish(session, NoteTaken(writer="kim", number=1))
    [row] = await notes.rows(database, "outbox")
    assert row.traceparent == f"00-{'a' * 32}-{'b' * 16}-01"


async def test_rows_are_numbered_in_the_order_they_were_said(database: Database) -> None:
    async with database.transaction() as session:
        for number in range(100):
            publish(session, NoteTaken(writer="kim", number=number))
    rows = await notes.rows(database, "outbox")
    assert [row.payload["number"] for row in rows] == list(range(100))
    assert [row.sequence for row in rows] == list(range(1, 101))


async def test_an_event_said_twice_is_refused(database: Database) -> None:
    async def say_twice(event: NoteTaken) -> None:
        async with database.transaction() as session:
            publish(session, event)
            publish(session, event)

    with pytest.raises(IntegrityError) as refused:
        await say_twice(NoteTaken(writer="kim", number=1))
    assert violated(refused.value) == "uq_outbox_id"
    assert await notes.rows(database, "outbox") == []


async def test_a_transaction_rings_once_however_much_is_said(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    rings = []

    async def ring() -> None:
        rings.append(await notes.count(database, "outbox"))

    monkeypatch.setattr(database.doorbell, "ring", ring)
    async with database.transaction() as session:
        for number in range(10):
            publish(session, NoteTaken(writer="kim", number=number))
        await session.flush()
    assert rings == [10]


def test_all_shards_are_used_and_a_key_stays_in_its_own() -> None:
    keys = [str(uuid7()) for _ in range(1_000)]
    assert {shard_of(key) for key in keys} == set(range(SHARDS))
    assert [shard_of(key) for key in keys] == [shard_of(key) for key in keys]
    assert shard_of("kim") == 8  # rows are stored with it: another hash would part a key's rows


async def test_the_backlog_is_what_waits_and_since_when(database: Database) -> None:
    assert await outbox.backlog(database) == outbox.Backlog(0, None)
    await take_notes(database, "kim", 3)
    first = (await notes.rows(database, "outbox"))[0]
    assert await outbox.backlog(database) == outbox.Backlog(3, first.occurred_at)


async def test_replay_leaves_older_messages_alone(database: Database) -> None:
    await take_notes(database, "kim", 2)
    await mark_all_sent(database)
    since = clock.now()
    await take_notes(database, "lee", 2)
    await mark_all_sent(database)
    assert await outbox.replay(database, since) == 2
    assert [row.key for row in await notes.rows(database, "outbox") if row.sent_at is None] == ["lee", "lee"]


async def test_only_what_was_sent_long_ago_is_forgotten(database: Database) -> None:
    await take_notes(database, "old and sent", 5)
    await mark_all_sent(database, ago=timedelta(hours=73))
    await take_notes(database, "waiting", 2)
    async with database.transaction() as session:
        publish(session, NoteTaken(writer="waits long", number=0, occurred_at=clock.now() - timedelta(hours=99)))
    assert await outbox.purge(database, clock.now() - timedelta(hours=72), at_once=2) == 5
    assert [row.key for row in await notes.rows(database, "outbox")] == ["waiting", "waiting", "waits long"]


async def test_many_at_once_each_get_a_number_of_their_own(database: Database) -> None:
    await asyncio.gather(*(take_notes(database, f"writer {number}", 10) for number in range(20)))
    rows = await notes.rows(database, "outbox")
    assert len({row.sequence for row in rows}) == 200
    for number in range(20):
        assert [row.payload["number"] for row in rows if row.key == f"writer {number}"] == list(range(10))


async def test_what_waits_is_read_without_the_held_queues_each_of_which_is_looked_up_and_not_compared(
    database: Database,
) -> None:
    async with database.transaction() as session:
        await publish_all(session, [NoteTaken(writer=f"w{number % 4}", number=number) for number in range(12)])
    sent: list[tuple[str, Any]] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *given: sent.append(given[2:4]))
    held = ["notes.events w1", "notes.events w3"]
    async with database.engine.connect() as connection:
        table = database.table("outbox")
        rows = await unsent(connection, table, shards=range(SHARDS), held=held, limit=5)
        plan = await connection.exec_driver_sql(f"EXPLAIN {sent[0][0]}", sent[0][1])
        assert "hashed SubPlan" in "\n".join(plan.scalars())
    assert [row.payload["number"] for row in rows] == [0, 2, 4, 6, 8]
