"""Upkeep: a service's own topics, old rows gone, what is measured, and a broker that forgot."""

from datetime import timedelta

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import update
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock, outbox, upkeep
from chassis.consumer import Consumer
from chassis.database import Database
from chassis.dead_letters import put_aside
from chassis.events import Record
from chassis.ids import uuid7
from chassis.inbox import first_time
from chassis.jobs import Job
from chassis.kafka import Topics
from chassis.upkeep import declare, own_topics
from tests.chassis import notes
from tests.chassis.notes import Taken, take_notes


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "_MARKING_SECONDS", 0)


def job(name: str, settings: notes.Settings, database: Database) -> Job:
    [found] = [each for each in upkeep.upkeep(settings, database, Topics(settings), None) if each.name == name]
    return found


async def mark_all_sent(database: Database) -> None:
    async with database.transaction() as session:
        await session.exec(update(database.table("outbox")).values(sent_at=clock.now()))


def test_a_service_declares_its_events_and_where_they_fail() -> None:
    assert own_topics("notes", None) == {"notes.events", "notes.events.dead"}


def test_it_declares_its_commands_if_it_takes_some_and_never_what_is_anothers() -> None:
    consumer = Consumer("notes")
    for name in ("notes.write-note", "notes.note.taken", "shop.basket.sold", "shop.pay-basket"):

        @consumer.on(name)
        async def note(session: AsyncSession, message: Taken) -> None: ...

    assert own_topics("notes", consumer) == {
        *("notes.events", "notes.events.dead"),
        *("notes.commands", "notes.commands.dead"),
    }


async def test_what_is_missing_is_created_once(settings: notes.Settings, database: Database) -> None:
    topics = Topics(settings)
    for _ in range(2):
        await declare(settings, database, topics, ["notes.events", "notes.events.dead"])
    assert await topics.existing() == {"notes.events", "notes.events.dead", "notes.witness"}


async def test_a_new_broker_is_told_what_was_said_lately_and_no_more(
    settings: notes.Settings, database: Database
) -> None:
    async with database.transaction() as session:
        long_ago = clock.now() - settings.replay_window - timedelta(minutes=1)
        outbox.publish(session, notes.NoteTaken(writer="long ago", number=0, occurred_at=long_ago))
    await take_notes(database, "lately", 2)
    await mark_all_sent(database)
    await declare(settings, database, Topics(settings), ["notes.events"])
    waiting = [row.key for row in await notes.rows(database, "outbox") if row.sent_at is None]
    assert waiting == ["lately", "lately"]


async def test_a_broker_that_knows_its_topics_is_told_nothing_again(
    settings: notes.Settings, database: Database
) -> None:
    topics = Topics(settings)
    await declare(settings, database, topics, ["notes.events"])
    await take_notes(database, "kim", 2)
    await mark_all_sent(database)
    await declare(settings, database, topics, ["notes.events", "notes.commands"])
    assert (await outbox.backlog(database)).count == 0


async def test_topics_that_came_back_by_themselves_do_not_hide_that_the_broker_forgot(
    settings: notes.Settings, database: Database
) -> None:
    topics = Topics(settings)
    await topics.declare(["notes.events", "notes.events.dead"])
    await take_notes(database, "kim", 2)
    await mark_all_sent(database)
    await declare(settings, database, topics, ["notes.events", "notes.events.dead"])
    assert (await outbox.backlog(database)).count == 2


async def test_dying_before_the_witness_is_there_means_doing_it_all_again(
    settings: notes.Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def die(*_: object) -> int:
        raise RuntimeError("killed")

    topics = Topics(settings)
    await take_notes(database, "kim", 2)
    await mark_all_sent(database)
    with monkeypatch.context() as patched:
        patched.setattr(outbox, "replay", die)
        with pytest.raises(RuntimeError, match="killed"):
            await declare(settings, database, topics, ["notes.events"])
    assert (await outbox.backlog(database)).count == 0
    await declare(settings, database, topics, ["notes.events"])
    assert (await outbox.backlog(database)).count == 2


async def test_old_messages_are_forgotten_those_taken_in_later_than_those_sent(
    settings: notes.Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    for hours in (0, 71, 73, 335, 337):
        monkeypatch.setattr(clock, "now", lambda ago=hours: now - timedelta(hours=ago))
        await take_notes(database, f"{hours}", 1)
        async with database.transaction() as session:
            await first_time(session, str(hours), uuid7())
            table = database.table("outbox")
            await session.exec(update(table).where(table.c.sent_at.is_(None)).values(sent_at=clock.now()))
    monkeypatch.setattr(clock, "now", lambda: now)
    await job("forget_old_messages", settings, database).run()
    assert [row.key for row in await notes.rows(database, "outbox")] == ["0", "71"]
    assert sorted(row.consumer for row in await notes.rows(database, "inbox")) == ["0", "335", "71", "73"]


async def test_backlog_age_dead_letters_and_pool_are_measured(settings: notes.Settings, database: Database) -> None:
    async with database.transaction() as session:
        said = clock.now() - timedelta(seconds=100)
        outbox.publish(session, notes.NoteTaken(writer="kim", number=0, occurred_at=said))
    await take_notes(database, "kim", 1)
    await put_aside(database, "notes", Record.of("notes.note.taken", {}), ValueError(), tries=1)
    await database.doorbell.close()  # it rings on a connection of the pool
    measure = job("measure_messages", settings, database)
    await measure.run()
    assert REGISTRY.get_sample_value("outbox_backlog_messages") == 2
    assert 100 <= (REGISTRY.get_sample_value("outbox_age_seconds") or 0) < 130
    assert REGISTRY.get_sample_value("dead_letters_open") == 1
    async with database.reading() as session:
        await session.connection()
        await measure.run()
    assert REGISTRY.get_sample_value("database_pool_connections", {"state": "in use"}) == 1
    await mark_all_sent(database)
    await measure.run()
    assert REGISTRY.get_sample_value("outbox_backlog_messages") == 0
    assert REGISTRY.get_sample_value("outbox_age_seconds") == 0
