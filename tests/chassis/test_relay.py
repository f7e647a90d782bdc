"""The relay: in order within each key whoever relays, at least once whatever dies, one key's trouble is its own."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import clock, outbox, relay, upkeep
from chassis.database import Database
from chassis.events import Record
from chassis.kafka import Producer, Topics
from chassis.outbox import publish
from chassis.relay import Relay
from stack.servers import embedded_broker
from tests.chassis import notes
from tests.chassis.notes import NoteTaken, listening, numbers_by_key, take_notes, until

TOPIC = "notes.events"
# A server's locks are those of all its databases.
OUR_LOCKS = """FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
    WHERE datname = current_database() AND locktype = 'advisory'"""


@asynccontextmanager
async def relaying(settings: notes.Settings, *, look_every: float = 0.2) -> AsyncIterator[asyncio.Task[None]]:
    """A relay with connections of its own, told to stop at the end."""
    database, producer, stopping = (
        Database.connect(settings, outbox=notes.Outbox),
        Producer.connect(settings),
        asyncio.Event(),
    )
    task = asyncio.create_task(Relay(database, producer, look_every=look_every).run(stopping))
    try:
        yield task
    finally:
        stopping.set()
        await asyncio.gather(task, return_exceptions=True)
        await producer.close()
        await database.close()


def all_sent(database: Database) -> Any:
    async def is_so() -> bool:
        return (await outbox.backlog(database)).count == 0

    return is_so


async def first_seen(arrived: Callable[[int], Awaitable[list[Record]]], count: int) -> list[int]:
    """The numbers said by kim in the order in which each came for the first time."""
    heard = count
    while len(seen := list(dict.fromkeys(numbers_by_key(await arrived(heard))["kim"]))) < count:
        heard += 1
    return seen


async def test_what_is_committed_is_sent_as_it_was_said_and_marked(
    database: Database, settings: notes.Settings, topics: Topics
) -> None:
    event = NoteTaken(writer="kim", number=7, words="안녕")
    async with database.transaction() as session:
        publish(session, event)
    async with relaying(settings), listening(settings, TOPIC) as arrived:
        [record] = await arrived(1)
        await until(all_sent(database))
    assert (record.topic, record.key) == (TOPIC, b"kim")
    assert orjson.loads(record.value or b"") == {"writer": "kim", "number": 7, "words": "안녕"}
    headers = dict(record.headers)
    assert headers["id"] == str(event.id).encode()
    assert headers["name"] == b"notes.note.taken"
    assert headers["occurred-at"] == event.occurred_at.isoformat().encode()
    [row] = await notes.rows(database, "outbox")
    assert event.occurred_at <= row.sent_at <= clock.now()


async def test_a_ring_is_answered_without_waiting_for_the_next_look(
    database: Database, settings: notes.Settings, topics: Topics
) -> None:
    async with relaying(settings, look_every=3_600), listening(settings, TOPIC) as arrived:
        await take_notes(database, "kim", 1)
        await arrived(1)
        await take_notes(database, "kim", 1, first=1)
        assert numbers_by_key(await arrived(2)) == {"kim": [0, 1]}


async def test_without_a_ring_the_next_look_finds_it(
    database: Database, settings: notes.Settings, topics: Topics, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silence() -> None: ...

    monkeypatch.setattr(database.doorbell, "ring", silence)
    async with relaying(settings, look_every=0.05), listening(settings, TOPIC) as arrived:
        await take_notes(database, "kim", 3)
        assert numbers_by_key(await arrived(3)) == {"kim": [0, 1, 2]}


@pytest.mark.slow
async def test_several_relays_at_once_send_everything_once_and_each_key_in_order(
    database: Database, settings: notes.Settings, topics: Topics
) -> None:
    writers = [f"writer {number}" for number in range(30)]
    async with relaying(settings), relaying(settings), relaying(settings), listening(settings, TOPIC) as arrived:
        await asyncio.gather(*(take_notes(database, writer, 40) for writer in writers))
        records = await arrived(1_200)
        await until(all_sent(database))
    assert numbers_by_key(records) == {writer: list(range(40)) for writer in writers}


async def test_relays_that_come_and_go_under_way_keep_the_order_and_lose_nothing(
    database: Database, settings: notes.Settings, topics: Topics
) -> None:
    writers = [f"writer {number}" for number in range(10)]

    async def come_and_go() -> None:
        for _ in range(4):
            async with relaying(settings, look_every=0.02):
                await asyncio.sleep(0.3)

    async with relaying(settings, look_every=0.02), listening(settings, TOPIC) as arrived:
        saying = [asyncio.create_task(take_notes(database, writer, 60)) for writer in writers]
        await asyncio.gather(*(come_and_go() for _ in range(3)), *saying)
        records = await arrived(600)
        await until(all_sent(database))
    assert numbers_by_key(records) == {writer: list(range(60)) for writer in writers}


async def test_cancelled_between_send_and_mark_it_is_sent_again_and_nothing_is_lost(
    database: Database, settings: notes.Settings, topics: Topics, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = asyncio.Event()

    async def never_mark(*_: Any) -> None:
        sent.set()
        await asyncio.Event().wait()

    await take_notes(database, "kim", 5)
    with monkeypatch.context() as patched:
        patched.setattr(relay, "mark_sent", never_mark)
        patched.setattr(relay, "_GRACE_SECONDS", 0.01)
        async with relaying(settings) as task:
            await asyncio.wait_for(sent.wait(), 20)
            task.cancel()
    assert (await outbox.backlog(database)).count == 5
    async with relaying(settings), listening(settings, TOPIC) as arrived:
        assert numbers_by_key(await arrived(10)) == {"kim": [*range(5), *range(5)]}
        await until(all_sent(database))


async def test_killed_between_send_and_mark_it_is_sent_again_and_nothing_is_lost(
    database: Database, settings: notes.Settings, topics: Topics
) -> None:
    await take_notes(database, "kim", 3)
    killed = await notes.process(settings, "tests.chassis.relaying", "--die")
    assert await asyncio.wait_for(killed.wait(), 30) == -signal.SIGKILL
    assert (await outbox.backlog(database)).count == 3
    await take_notes(database, "kim", 2, first=3)
    successor = await notes.process(settings, "tests.chassis.relaying")
    async with listening(settings, TOPIC) as arrived:
        records = await arrived(8)
    assert numbers_by_key(records) == {"kim": [0, 1, 2, 0, 1, 2, 3, 4]}
    assert len({dict(record.headers)["id"] for record in records}) == 5
    await until(all_sent(database))
    successor.terminate()
    assert await asyncio.wait_for(successor.wait(), 20) == 0


@pytest.mark.slow
async def test_relays_killed_in_the_middle_of_traffic_lose_nothing_and_keep_the_order(
    database: Database, settings: notes.Settings, topics: Topics
) -> None:
    async with listening(settings, TOPIC) as arrived:
        saying = asyncio.create_task(take_notes(database, "kim", 300))
        for heard in (50, 100, 150):
            victim = await notes.process(settings, "tests.chassis.relaying")
            await first_seen(arrived, heard)
            victim.kill()
            await victim.wait()
        async with relaying(settings):
            assert await first_seen(arrived, 300) == list(range(300))
            await until(all_sent(database))
        await saying


async def test_a_message_that_can_not_be_sent_holds_back_its_key_and_no_other(
    database: Database, settings: notes.Settings, topics: Topics
) -> None:
    others = [f"writer {number}" for number in range(40)]
    async with database.transaction() as session:
        for writer in others:
            publish(session, NoteTaken(writer=writer, number=0))
        publish(session, NoteTaken(writer="kim", number=0))
        publish(session, NoteTaken(writer="kim", number=1, words="too much" * 200_000))
        publish(session, NoteTaken(writer="kim", number=2))
        for writer in others:
            publish(session, NoteTaken(writer=writer, number=1))
    async with relaying(settings), listening(settings, TOPIC) as arrived:
        records = await arrived(81)
        await take_notes(database, "lee", 1)
        records = await arrived(82)
        assert numbers_by_key(records) == {"kim": [0], "lee": [0]} | {writer: [0, 1] for writer in others}
        waiting = [row for row in await notes.rows(database, "outbox") if row.sent_at is None]
        assert [(row.key, row.payload["number"]) for row in waiting] == [("kim", 1), ("kim", 2)]


async def test_a_topic_nobody_declared_is_waited_for_and_not_created(
    database: Database, settings: notes.Settings
) -> None:
    topics = Topics(settings)
    await take_notes(database, "kim", 2)
    async with relaying(settings):
        failed = asyncio.Event()
        hold_back = Relay._hold_back

        def noticed(*given: Any) -> None:
            failed.set()
            hold_back(*given)

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(Relay, "_hold_back", noticed)
            await asyncio.wait_for(failed.wait(), 20)
        assert await topics.existing() == frozenset()
        await topics.declare([TOPIC])
        async with listening(settings, TOPIC) as arrived:
            assert numbers_by_key(await arrived(2)) == {"kim": [0, 1]}


async def test_after_a_lost_connection_to_the_database_it_goes_on(
    database: Database, settings: notes.Settings, topics: Topics
) -> None:
    cut = text(f"SELECT pg_terminate_backend(pid) {OUR_LOCKS} AND classid = 7302")
    async with relaying(settings), listening(settings, TOPIC) as arrived:
        for first in range(0, 30, 10):
            await take_notes(database, "kim", 10, first=first)
            await arrived(first + 10)
            async with database.transaction() as session:
                await session.exec(cut)  # type: ignore[call-overload]
        await take_notes(database, "kim", 10, first=30)
        assert await first_seen(arrived, 40) == list(range(40))
        await until(all_sent(database))


async def test_a_connection_lost_while_it_marks_costs_the_shards_and_no_message(
    database: Database, settings: notes.Settings, topics: Topics, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark_sent, losses = relay.mark_sent, [True]
    held = text(f"SELECT count(*) {OUR_LOCKS} AND classid = 7301 AND granted")

    async def all_shards_held() -> bool:
        async with database.reading() as session:
            return bool((await session.exec(held)).scalar_one() == 16)  # type: ignore[call-overload]

    async def lose_first(connection: AsyncConnection, table: Table, sequences: list[int]) -> None:
        if losses:
            losses.pop()
            await connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        await mark_sent(connection, table, sequences)

    monkeypatch.setattr(relay, "mark_sent", lose_first)
    await take_notes(database, "kim", 5)
    async with relaying(settings), listening(settings, TOPIC) as arrived:
        assert numbers_by_key(await arrived(10)) == {"kim": [*range(5), *range(5)]}
        await until(all_sent(database))
        await until(all_shards_held)


@pytest.mark.slow
async def test_a_broker_that_is_away_is_waited_for(
    database: Database, settings: notes.Settings, tmp_path: Path
) -> None:
    broker = embedded_broker(tmp_path)
    own = settings.model_copy(update={"kafka_bootstrap": broker.url, "kafka_idempotent_producer": False})
    topics, own_topics = Topics(own), upkeep.own_topics("notes", None)
    await take_notes(database, "kim", 2)
    async with relaying(own):
        with broker:
            await upkeep.declare(own, database, topics, own_topics)
            async with listening(own, TOPIC) as arrived:
                assert numbers_by_key(await arrived(2)) == {"kim": [0, 1]}
                await until(all_sent(database))
        await take_notes(database, "kim", 2, first=2)
        assert (await outbox.backlog(database)).count == 2
        with broker:  # it has forgotten what it was told before
            await upkeep.declare(own, database, topics, own_topics)
            async with listening(own, TOPIC) as arrived:
                assert sorted(await first_seen(arrived, 4)) == [0, 1, 2, 3]
                await until(all_sent(database), 60)


async def test_what_was_said_since_then_is_sent_again_in_its_order(
    database: Database, settings: notes.Settings, topics: Topics
) -> None:
    async with relaying(settings), listening(settings, TOPIC) as arrived:
        await take_notes(database, "kim", 3)
        await until(all_sent(database))
        since = clock.now()
        await take_notes(database, "kim", 3, first=3)
        await until(all_sent(database))
        assert await outbox.replay(database, since) == 3
        records = await arrived(9)
        assert numbers_by_key(records) == {"kim": [0, 1, 2, 3, 4, 5, 3, 4, 5]}
        await until(all_sent(database))
        assert await outbox.replay(database, clock.now() - timedelta(hours=1)) == 6
        assert numbers_by_key(await arrived(15)) == {"kim": [0, 1, 2, 3, 4, 5, 3, 4, 5, 0, 1, 2, 3, 4, 5]}


async def test_told_to_stop_it_finishes_what_it_is_sending(
    database: Database, settings: notes.Settings, topics: Topics, producer: Producer, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()
    send_batch = Producer.send_batch

    async def slowly(*given: Any) -> int:
        begun.set()
        await go_on.wait()
        return await send_batch(*given)

    monkeypatch.setattr(Producer, "send_batch", slowly)
    await take_notes(database, "kim", 3)
    stopping = asyncio.Event()
    task = asyncio.create_task(Relay(database, producer).run(stopping))
    await asyncio.wait_for(begun.wait(), 20)
    stopping.set()
    go_on.set()
    await asyncio.wait_for(task, 20)
    assert (await outbox.backlog(database)).count == 0


async def test_a_mistake_in_the_relay_itself_is_raised_rather_than_left_behind(
    database: Database, settings: notes.Settings, topics: Topics, producer: Producer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mistake(*_: Any) -> None:
        raise RuntimeError("a mistake")

    monkeypatch.setattr("chassis.holding.Holding.release", mistake)
    await take_notes(database, "kim", 1)
    with pytest.raises(RuntimeError, match="a mistake"):
        await asyncio.wait_for(Relay(database, producer).run(asyncio.Event()), 30)
