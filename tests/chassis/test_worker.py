"""A worker as a process: it relays, consumes and does its jobs, says how it is, and stops in good order."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import pytest

from chassis import outbox
from chassis.cache import Cache
from chassis.database import Database
from chassis.dead_letters import open_letters
from chassis.kafka import Producer, Topics
from chassis.resources import MissingResource, Resources
from chassis.worker import Job, run_worker
from stack.ports import free_port
from tests.chassis import notes, noting
from tests.chassis.notes import take_notes, until

MEASURES = (
    'messages_sent_total{topic="notes.events"} 20.0',
    'message_handling_seconds_count{name="notes.note.taken",outcome="done"} 20.0',
    "outbox_shards_owned 16.0",
    "outbox_age_seconds 0.0",
    "consumer_partitions_waiting 0.0",
)


@asynccontextmanager
async def working(settings: notes.Settings, port: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker that has joined its group; ended at the end if it has not ended itself."""
    process = await notes.process(settings, "tests.chassis.noting", METRICS_PORT=str(port))

    async def ready() -> bool:
        assert process.returncode is None
        try:
            return (await get(port, "/readyz")).status_code == 200
        except httpx.TransportError:
            return False

    try:
        await until(ready, 60)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def get(port: int, path: str) -> httpx.Response:
    async with httpx.AsyncClient(timeout=30) as client:
        return await client.get(f"http://127.0.0.1:{port}{path}")


async def test_what_is_said_is_heard_and_the_worker_says_how_it_is(
    settings: notes.Settings, database: Database
) -> None:
    port = free_port()

    async def all_heard() -> bool:
        return await notes.words(database) == [f"kim {number:03}" for number in range(20)]

    async def all_measured() -> bool:
        measures = (await get(port, "/metrics")).text
        return all(line in measures for line in MEASURES)

    async with working(settings, port) as process:
        await take_notes(database, "kim", 20)
        await until(all_heard)
        assert (await get(port, "/healthz")).text == "alive"
        ready = (await get(port, "/readyz")).json()
        assert ready == {"ready": True, "missing": {}, "checked": ["Cache", "Database", "Intake", "Topics"]}
        await until(all_measured)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 30) == 0
    assert await Topics(settings).existing() == {"notes.events", "notes.events.dead", "notes.witness"}
    assert (await outbox.backlog(database)).count == 0


@pytest.mark.slow
@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
async def test_told_to_stop_in_the_middle_of_traffic_it_leaves_nothing_half_done(
    settings: notes.Settings, database: Database, told: signal.Signals
) -> None:
    port = free_port()

    async def some_heard() -> bool:
        return len(await notes.words(database)) > 20

    async def all_heard() -> bool:
        return await notes.words(database) == [f"kim {number:03}" for number in range(200)]

    async with working(settings, port) as first:
        saying = asyncio.create_task(take_notes(database, "kim", 200))
        await until(some_heard)
        first.send_signal(told)
        assert await asyncio.wait_for(first.wait(), 30) == 0
        assert await notes.count(database, "inbox") == len(await notes.words(database))
    async with working(settings, port):
        await saying
        await until(all_heard)
    assert await notes.rows(database, "dead_letters") == []


async def test_what_is_put_aside_is_told_to_who_listens_and_its_commands_work_on_the_same_settings(
    settings: notes.Settings, database: Database
) -> None:
    async def mourned() -> bool:
        return await notes.words(database) == ["0 was too much for notes: ValueError: nobody can write that down"]

    async with working(settings, free_port()):
        await take_notes(database, "poison", 1)
        await until(mourned)
    assert len(await open_letters(database)) == 1
    process = await notes.process(settings, "tests.chassis.noting", "dead-letters", stdout=asyncio.subprocess.PIPE)
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0
    assert b"key poison  ValueError: nobody can write that down" in said


async def test_a_handler_or_a_job_that_wants_what_is_not_there_keeps_it_from_starting(
    settings: notes.Settings, database: Database
) -> None:
    async def wants(missing: asyncio.Queue) -> None: ...  # type: ignore[type-arg]

    settings = settings.model_copy(update={"metrics_port": free_port()})
    with pytest.raises(MissingResource, match="wants: No Queue among the resources"):
        await run_worker(settings, resources=noting.open_resources, jobs=[Job("wants", timedelta(seconds=1), wants)])
    assert await Topics(settings).existing() == frozenset()


async def test_a_job_finds_the_settings_the_topics_and_the_producer(
    settings: notes.Settings, database: Database
) -> None:
    stopping, found = asyncio.Event(), list[object]()

    async def look(given: notes.Settings, topics: Topics, producer: Producer, books: Database, kept: Cache) -> None:
        found.extend([given.service, type(topics), type(producer), type(books), type(kept)])
        stopping.set()

    settings = settings.model_copy(update={"metrics_port": free_port()})
    job = Job("look", timedelta(days=1), look)
    await asyncio.wait_for(run_worker(settings, resources=noting.open_resources, jobs=[job], stopping=stopping), 60)
    assert found == ["notes", Topics, Producer, Database, Cache]


async def test_when_a_part_of_it_breaks_the_others_finish_and_the_reason_is_raised(
    settings: notes.Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[str] = []

    class Lamp:
        async def close(self) -> None:
            closed.append("lamp")

    async def open_resources(given: notes.Settings) -> Resources:
        resources = await noting.open_resources(given)
        resources.add(Lamp, Lamp())
        return resources

    async def broken(*_: object) -> None:
        raise RuntimeError("a mistake in the relay")

    monkeypatch.setattr("chassis.relay.Relay.run", broken)
    settings = settings.model_copy(update={"metrics_port": free_port()})
    with pytest.raises(ExceptionGroup, match="The worker broke") as raised:
        await asyncio.wait_for(run_worker(settings, resources=open_resources), 60)
    assert [str(each) for each in raised.value.exceptions] == ["a mistake in the relay"]
    assert closed == ["lamp"]
