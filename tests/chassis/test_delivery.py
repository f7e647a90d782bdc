"""Delivery: what fails by itself is put aside alone, what is away is waited for, the next one gets its turn."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import delivery as module
from chassis.consumer import Consumer
from chassis.database import Database
from chassis.delivery import Delivery
from chassis.events import DeadMessage, Record, dead
from chassis.kafka import Producer
from chassis.resources import Resources
from tests.chassis import notes
from tests.chassis.notes import Note, Taken, listening
from tests.chassis.proxy import Proxy

TAKEN, LISTED, LISTED_LATE = "notes.note.taken", "notes.note.listed", "notes.note.listed-late"


class Trouble(Exception):
    """What a handler of these tests fails with when it is told to."""


def taken(number: int, name: str = TAKEN) -> Record:
    return Record.of(name, {"writer": "kim", "number": number}, key="kim")


class Listener:
    """Writes down what it hears, one by one or in batches; fails for the numbers in `failing`."""

    def __init__(self) -> None:
        self.consumer = Consumer("notes")
        self.failing: dict[int, list[Exception]] = {}
        self.runs: list[list[int]] = []

        @self.consumer.on(TAKEN)
        async def write(session: AsyncSession, message: Taken) -> None:
            await self._write(session, [message])

        @self.consumer.on(LISTED, batch=8)
        @self.consumer.on(LISTED_LATE, Taken, batch=8)
        async def list_(session: AsyncSession, messages: list[Taken]) -> None:
            await self._write(session, messages)

    def fail(self, number: int, error: Exception, times: int = 1_000) -> None:
        self.failing[number] = [error] * times

    async def _write(self, session: AsyncSession, messages: list[Taken]) -> None:
        self.runs.append([message.number for message in messages])
        for message in messages:
            session.add(Note(words=f"{message.number:03}"))
            await session.flush()
            if self.failing.get(message.number):
                raise self.failing[message.number].pop()


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def stopping() -> asyncio.Event:
    return asyncio.Event()


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.backoff.random.uniform", lambda _low, _high: 0.01)


@pytest.fixture
async def delivery(listener: Listener, database: Database, producer: Producer, stopping: asyncio.Event) -> Delivery:
    return Delivery(
        listener.consumer, database, Resources(), producer, slots=asyncio.Semaphore(4), stopping=stopping, tries=3
    )


class Done:
    """Counts what is said to be done."""

    def __init__(self) -> None:
        self.steps: list[int] = []

    def __call__(self, count: int) -> None:
        self.steps.append(count)


async def reasons(database: Database) -> list[tuple[str, int]]:
    return [(row.reason, row.tries) for row in await notes.rows(database, "dead_letters")]


async def test_records_are_worked_on_in_their_order_one_transaction_each(
    delivery: Delivery, listener: Listener, database: Database
) -> None:
    done = Done()
    await delivery.take([taken(number) for number in range(5)], done)
    assert listener.runs == [[0], [1], [2], [3], [4]]
    assert done.steps == [1, 1, 1, 1, 1]
    assert await notes.words(database) == ["000", "001", "002", "003", "004"]


async def test_batches_are_what_follows_each_other_up_to_their_size(delivery: Delivery, listener: Listener) -> None:
    done = Done()
    other = Record.of("notes.note.lost", {})
    listed = [taken(number, LISTED) for number in range(11)]
    await delivery.take([other, *listed[:5], other, *listed[5:], other, taken(11), taken(12, LISTED), other], done)
    assert listener.runs == [[0, 1, 2, 3, 4, 5, 6, 7], [8, 9, 10], [11], [12]]
    assert done.steps == [10, 4, 1, 2]


async def test_messages_of_several_names_for_one_function_are_one_batch_in_their_order(
    delivery: Delivery, listener: Listener, database: Database
) -> None:
    names = [LISTED, LISTED_LATE, LISTED_LATE, TAKEN, LISTED_LATE, LISTED]
    listener.fail(1, Trouble("no"))
    await delivery.take([taken(number, name) for number, name in enumerate(names)], done := Done())
    assert listener.runs == [[0, 1, 2], [0], [1, 2], [1], [1], [1], [2], [3], [4, 5]]
    assert await notes.words(database) == ["000", "002", "003", "004", "005"]
    assert done.steps == [3, 1, 2]


async def test_what_nobody_listens_to_is_done_as_well(delivery: Delivery, listener: Listener) -> None:
    done = Done()
    await delivery.take([Record.of("notes.note.lost", {}) for _ in range(3)], done)
    assert (listener.runs, done.steps) == ([], [3])


async def test_a_failure_that_passes_is_tried_again(delivery: Delivery, listener: Listener, database: Database) -> None:
    listener.fail(1, Trouble("for now"), times=2)
    await delivery.take([taken(number) for number in range(3)], Done())
    assert listener.runs == [[0], [1], [1], [1], [2]]
    assert await notes.words(database) == ["000", "001", "002"]
    assert await reasons(database) == []


async def test_a_message_that_fails_by_itself_is_put_aside_with_its_reason_and_blocks_nobody(
    delivery: Delivery, listener: Listener, database: Database, settings: notes.Settings
) -> None:
    listener.fail(1, Trouble("never"))
    done, poison = Done(), taken(1)
    before = REGISTRY.get_sample_value("dead_letters_total", {"topic": "notes.events"}) or 0
    await delivery.take([taken(0), poison, taken(2)], done)
    assert listener.runs == [[0], [1], [1], [1], [2]]
    assert done.steps == [1, 1, 1]
    assert await notes.words(database) == ["000", "002"]
    [row] = await notes.rows(database, "dead_letters")
    assert (row.reason, row.tries, row.name, row.key, row.topic) == ("Trouble: never", 3, TAKEN, "kim", "notes.events")
    assert (row.value, row.payload) == (poison.value, {"writer": "kim", "number": 1})
    assert row.replayed_at is None
    async with listening(settings, "notes.events.dead") as arrived:
        [record] = await arrived(1)
    assert (record.key, record.value) == (poison.key, poison.value)
    expected = dict(poison.headers) | {"dead-consumer": b"notes", "dead-reason": b"Trouble: never"}
    assert dict(record.headers) == expected
    assert REGISTRY.get_sample_value("dead_letters_total", {"topic": "notes.events"}) == before + 1


async def test_a_bad_message_in_a_batch_is_put_aside_and_the_rest_is_done(
    delivery: Delivery, listener: Listener, database: Database
) -> None:
    for number in (2, 5):
        listener.fail(number, Trouble(f"never {number}"))
    done = Done()
    await delivery.take([taken(number, LISTED) for number in range(8)], done)
    assert await notes.words(database) == ["000", "001", "003", "004", "006", "007"]
    assert await reasons(database) == [("Trouble: never 2", 3), ("Trouble: never 5", 3)]
    assert done.steps == [8]
    assert listener.runs[0] == list(range(8))
    assert await notes.count(database, "inbox") == 6


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (Record("notes.events", b"k", b"\xff\x00{", taken(0).headers), "no JSON"),
        (Record("notes.events", b"k", None, taken(0).headers), "no JSON"),
        (Record("notes.events", None, b"[]", taken(0).headers), "no JSON object"),
        (Record("notes.events", b"k", b'{"number": "\\u0000"}', taken(0).headers), "number: Input should be"),
        (Record("notes.events", b"k", b"{}", (("name", TAKEN.encode()),)), "headers"),
        (Record("notes.events", b"k", b"{}", (("name", TAKEN.encode()), ("id", b"\x00\xff"))), "headers"),
        (Record("notes.events", b"\x00\xff", b"{}", ()), "does not say what it is"),
        (Record("notes.events", b"k", b"\x00", (("na\x00me", b"\x00"),)), "does not say what it is"),
    ],
    ids=range(8),
)
async def test_what_can_not_be_read_is_put_aside_at_once_whatever_is_in_it(
    delivery: Delivery, listener: Listener, database: Database, settings: notes.Settings, record: Record, reason: str
) -> None:
    done = Done()
    await delivery.take([taken(0), record, taken(2)], done)
    assert sum(done.steps) == 3
    assert await notes.words(database) == ["000", "002"]
    [row] = await notes.rows(database, "dead_letters")
    assert row.reason.startswith("UnreadableRecord: ")
    assert reason in row.reason
    assert (row.value, row.tries) == (record.value, 1)
    async with listening(settings, "notes.events.dead") as arrived:
        assert (await arrived(1))[0].value == record.value


async def test_what_can_not_be_read_does_not_spoil_its_batch(
    delivery: Delivery, listener: Listener, database: Database
) -> None:
    broken = Record("notes.events", b"k", b"{", taken(9, LISTED).headers)
    await delivery.take([taken(0, LISTED), broken, taken(1, LISTED)], Done())
    assert listener.runs == [[0, 1]]
    assert len(await reasons(database)) == 1


async def test_what_failed_before_and_fails_again_is_the_same_dead_letter(
    delivery: Delivery, listener: Listener, database: Database
) -> None:
    record = taken(1)
    listener.fail(1, Trouble("first"))
    await delivery.take([record], Done())
    listener.fail(1, Trouble("second"))
    await delivery.take([record], Done())
    assert await reasons(database) == [("Trouble: second", 3)]


@pytest.fixture
async def severed(settings: notes.Settings) -> AsyncIterator[tuple[Proxy, Database]]:
    """A database behind an address that can be taken away."""
    url = make_url(settings.service_database_url)
    async with Proxy(str(url.host), url.port or 5432) as proxy:
        behind = url.set(drivername="postgresql", host="127.0.0.1", port=proxy.port).render_as_string(False)
        given = settings.database_url.__class__(behind)
        database = Database.connect(settings.model_copy(update={"database_url": given}), outbox=notes.Outbox)
        yield proxy, database
        await database.close()


async def test_while_the_database_is_away_the_partition_waits_and_nothing_is_put_aside(
    listener: Listener,
    database: Database,
    severed: tuple[Proxy, Database],
    producer: Producer,
    stopping: asyncio.Event,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    proxy, behind = severed
    waits = asyncio.Semaphore(0)
    warned = module.logger.warning

    def noticed(event: str, **words: Any) -> None:
        if event == "waiting_for_infrastructure":
            waits.release()
        warned(event, **words)

    monkeypatch.setattr(module.logger, "warning", noticed)
    delivery = Delivery(
        listener.consumer, behind, Resources(), producer, slots=asyncio.Semaphore(4), stopping=stopping, tries=2
    )
    done = Done()
    await delivery.take([taken(0)], done)
    await proxy.away()
    task = asyncio.create_task(delivery.take([taken(number) for number in range(1, 4)], done))
    for _ in range(10):  # far more often than a message of its own fault is tried
        await asyncio.wait_for(waits.acquire(), 20)
    assert REGISTRY.get_sample_value("consumer_partitions_waiting") == 1
    assert done.steps == [1]
    await proxy.back()
    await asyncio.wait_for(task, 20)
    assert done.steps == [1, 1, 1, 1]
    assert await notes.words(database) == ["000", "001", "002", "003"]
    assert await reasons(database) == []
    assert REGISTRY.get_sample_value("consumer_partitions_waiting") == 0


@pytest.mark.parametrize("error", [ConnectionRefusedError(), TimeoutError()], ids=repr)
async def test_an_outage_in_a_batch_does_not_divide_it(
    delivery: Delivery, listener: Listener, error: Exception
) -> None:
    listener.fail(1, error, times=5)
    await delivery.take([taken(number, LISTED) for number in range(3)], Done())
    assert listener.runs == [[0, 1, 2]] * 6


async def test_a_batch_that_takes_too_long_is_divided_until_it_does_not(
    delivery: Delivery, listener: Listener, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = listener._write

    async def slow(session: AsyncSession, messages: list[Taken]) -> None:
        if len(messages) > 2:
            await session.execute(text("SET LOCAL statement_timeout = 20"))
            await session.execute(text("SELECT pg_sleep(5)"))
        await write(session, messages)

    monkeypatch.setattr(listener, "_write", slow)
    await delivery.take([taken(number, LISTED) for number in range(8)], Done())
    assert listener.runs == [[0, 1], [2, 3], [4, 5], [6, 7]]
    assert await reasons(database) == []


async def test_without_a_broker_for_the_dead_letters_the_partition_waits(
    delivery: Delivery, listener: Listener, database: Database, producer: Producer, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener.fail(0, Trouble("never"))
    send, failures = producer.send, [ConnectionRefusedError(), TimeoutError()]

    async def sometimes(records: list[Record]) -> None:
        if failures:
            raise failures.pop()
        await send(records)

    monkeypatch.setattr(producer, "send", sometimes)
    done = Done()
    await delivery.take([taken(0), taken(1)], done)
    assert failures == []
    assert done.steps == [1, 1]
    assert await notes.words(database) == ["001"]
    assert len(await reasons(database)) == 1


async def test_told_to_stop_it_finishes_its_transaction_and_begins_no_other(
    delivery: Delivery, listener: Listener, database: Database, stopping: asyncio.Event
) -> None:
    steps: list[int] = []

    def done(count: int) -> None:
        steps.append(count)
        if len(steps) == 2:
            stopping.set()

    await delivery.take([taken(number) for number in range(5)], done)
    assert (steps, listener.runs) == ([1, 1], [[0], [1]])
    assert await notes.words(database) == ["000", "001"]


@pytest.mark.parametrize("error", [ConnectionRefusedError(), Trouble("never")], ids=repr)
async def test_told_to_stop_where_it_waits_to_try_again_it_is_cancelled(
    delivery: Delivery,
    listener: Listener,
    database: Database,
    stopping: asyncio.Event,
    error: Exception,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("chassis.backoff.random.uniform", lambda _low, _high: 3_600)
    listener.fail(0, error)
    done = Done()
    task = asyncio.create_task(delivery.take([taken(0)], done))

    async def tried() -> bool:
        return bool(listener.runs)

    await notes.until(tried)
    stopping.set()
    await asyncio.wait([task], timeout=10)
    assert task.cancelled()
    assert (done.steps, await notes.words(database), await reasons(database)) == ([], [], [])


async def test_no_more_transactions_are_open_than_there_are_slots(
    database: Database, producer: Producer, stopping: asyncio.Event
) -> None:
    consumer, open_now, most = Consumer("notes"), 0, 0

    @consumer.on(TAKEN)
    async def write(session: AsyncSession, message: Taken) -> None:
        nonlocal open_now, most
        open_now += 1
        most = max(most, open_now)
        async with asyncio.timeout(30):
            while most < 3:
                await asyncio.sleep(0)
        await asyncio.sleep(0.01)
        open_now -= 1

    delivery = Delivery(consumer, database, Resources(), producer, slots=asyncio.Semaphore(3), stopping=stopping)
    ignore: Callable[[int], None] = lambda _: None  # noqa: E731
    await asyncio.gather(*(delivery.take([taken(number)], ignore) for number in range(20)))
    assert most == 3


class DeadNote(DeadMessage):
    number: int


async def test_news_of_the_dead_that_fail_leave_the_letter_as_it_is_and_block_nobody(
    delivery: Delivery, listener: Listener, database: Database
) -> None:
    heard = []

    @listener.consumer.on_dead(TAKEN)
    async def mourn(session: AsyncSession, message: DeadNote) -> None:
        heard.append(message.number)
        if message.number == 1:
            raise Trouble("again")

    listener.fail(1, Trouble("never"))
    first, second = taken(1), taken(2)
    await delivery.take([first], Done())
    kept = await reasons(database)
    done = Done()
    await delivery.take(
        [Record(dead(each.topic), each.key, each.value, each.headers) for each in (first, second)], done
    )
    assert (heard, done.steps) == ([1, 1, 1, 2], [1, 1])
    assert await reasons(database) == kept == [("Trouble: never", 3)]
