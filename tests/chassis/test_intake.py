"""The intake: every message once in effect, whoever joins, leaves or dies, and whatever the broker forgets."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from prometheus_client import REGISTRY
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import upkeep
from chassis.assignment import Assignment
from chassis.consumer import Consumer
from chassis.database import Database
from chassis.delivery import Delivery
from chassis.events import Record
from chassis.intake import Intake
from chassis.kafka import Producer, Topics
from chassis.relay import Relay
from chassis.resources import Resources
from stack.servers import embedded_broker
from tests.chassis import notes
from tests.chassis.notes import Note, Taken, until

TAKEN = "notes.note.taken"


def taken(number: int, writer: str = "kim") -> Record:
    return Record.of(TAKEN, {"writer": writer, "number": number}, key=writer)


class Writer:
    """Writes down what it hears, and remembers how often it tried."""

    def __init__(self) -> None:
        self.consumer = Consumer("notes")
        self.tries: Counter[tuple[str, int]] = Counter()
        self.order: dict[str, list[int]] = {}

        @self.consumer.on(TAKEN)
        async def write(session: AsyncSession, message: Taken) -> None:
            self.tries[message.writer, message.number] += 1
            self.order.setdefault(message.writer, []).append(message.number)
            session.add(Note(words=f"{message.writer} {message.number:03}"))


@pytest.fixture
def writer() -> Writer:
    return Writer()


@asynccontextmanager
async def reading(settings: notes.Settings, consumer: Consumer) -> AsyncIterator[Intake]:
    """An intake with connections of its own, told to stop at the end."""
    database, producer, stopping = (
        Database.connect(settings, outbox=notes.Outbox),
        Producer.connect(settings),
        asyncio.Event(),
    )

    def deliver(stopped: asyncio.Event) -> Delivery:
        slots = asyncio.Semaphore(4)
        return Delivery(consumer, database, Resources(), producer, slots=slots, stopping=stopped, tries=2)

    intake = Intake(settings, Topics(settings), consumer.topics, deliver)
    task = asyncio.create_task(intake.run(stopping))
    try:
        yield intake
    finally:
        stopping.set()
        await asyncio.wait_for(task, 40)
        await producer.close()
        await database.close()


def written(database: Database, *expected: str) -> Any:
    async def is_so() -> bool:
        return await notes.words(database) == sorted(expected)

    return is_so


async def joined(intake: Intake) -> None:
    async def is_so() -> bool:
        try:
            await intake.ping()
        except ConnectionError:
            return False
        return True

    await until(is_so)


async def committed(settings: notes.Settings) -> int:
    """How many records of the topic the group has told the broker are done."""
    topics = Topics(settings)
    kafka = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka_bootstrap, group_id=topics.full("notes"), enable_auto_commit=False
    )
    await kafka.start()
    try:
        partitions = [
            TopicPartition(topics.full("notes.events"), number) for number in range(settings.topic_partitions)
        ]
        return sum([await kafka.committed(partition) or 0 for partition in partitions])
    finally:
        await kafka.stop()


async def test_what_arrives_is_worked_on_and_the_broker_is_told(
    settings: notes.Settings, database: Database, producer: Producer, writer: Writer
) -> None:
    await producer.send([taken(number) for number in range(20)])
    async with reading(settings, writer.consumer):
        await until(written(database, *(f"kim {number:03}" for number in range(20))))
    assert writer.order == {"kim": list(range(20))}
    assert await committed(settings) == 20


@pytest.mark.slow
async def test_who_comes_next_goes_on_where_the_last_one_stopped(
    settings: notes.Settings, database: Database, producer: Producer, writer: Writer
) -> None:
    await producer.send([taken(0)])
    async with reading(settings, writer.consumer):
        await until(written(database, "kim 000"))
    await producer.send([taken(1)])
    async with reading(settings, writer.consumer):
        await until(written(database, "kim 000", "kim 001"))
    assert writer.order == {"kim": [0, 1]}


@pytest.mark.slow
async def test_partitions_are_handed_over_without_a_second_effect_or_a_lost_one(
    settings: notes.Settings, database: Database, producer: Producer, writer: Writer
) -> None:
    writers = [f"writer {number}" for number in range(12)]

    async def send() -> None:
        for number in range(40):
            await producer.send([taken(number, name) for name in writers])
            await asyncio.sleep(0.1)

    async def come_and_go() -> None:
        async with reading(settings, writer.consumer) as intake:
            await joined(intake)

    async with reading(settings, writer.consumer) as stays:
        await joined(stays)
        sending = asyncio.create_task(send())
        await come_and_go()
        await asyncio.gather(come_and_go(), come_and_go())
        await sending
        await until(written(database, *(f"{name} {number:03}" for name in writers for number in range(40))), 60)
    assert await notes.rows(database, "dead_letters") == []
    # Effects are in order; a message may have been tried by two, of whom one found it done.
    assert {name: list(dict.fromkeys(order)) for name, order in writer.order.items()} == {
        name: list(range(40)) for name in writers
    }
    assert await committed(settings) == 480


async def test_a_poisoned_message_does_not_stop_its_partition(
    settings: notes.Settings, database: Database, producer: Producer, topics: Topics
) -> None:
    consumer = Consumer("notes")

    @consumer.on(TAKEN)
    async def write(session: AsyncSession, message: Taken) -> None:
        session.add(Note(words=str(message.number)))
        if message.number == 1:
            raise ValueError("poison")

    broken = Record("notes.events", b"kim", b"{", taken(9).headers)
    await producer.send([taken(0), taken(1), broken, taken(2)])
    async with reading(settings, consumer):
        await until(written(database, "0", "2"))
    reasons = [row.reason for row in await notes.rows(database, "dead_letters")]
    assert reasons[0] == "ValueError: poison"
    assert reasons[1].startswith("UnreadableRecord: The value of a record is no JSON")
    assert await committed(settings) == 4


async def worked_on_after(
    settings: notes.Settings, database: Database, producer: Producer, die: str, numbers: Sequence[int]
) -> None:
    """One worker is killed as `die` says, another takes over."""
    await producer.send([taken(number) for number in numbers])
    killed = await notes.process(settings, "tests.chassis.noting", DIE=die, METRICS_PORT="0")
    assert await asyncio.wait_for(killed.wait(), 60) == -signal.SIGKILL
    successor = await notes.process(settings, "tests.chassis.noting", METRICS_PORT="0")
    await until(written(database, *(f"kim {number:03}" for number in numbers)), 60)
    successor.terminate()
    assert await asyncio.wait_for(successor.wait(), 40) == 0


@pytest.mark.slow
@pytest.mark.parametrize("die", ["before 5", "after 5"])
async def test_killed_in_the_middle_of_its_work_another_does_it_and_nothing_is_done_twice(
    settings: notes.Settings, database: Database, producer: Producer, die: str
) -> None:
    await worked_on_after(settings, database, producer, die, range(10))
    assert await notes.rows(database, "dead_letters") == []
    assert await notes.count(database, "inbox") == 10
    assert await committed(settings) == 10


async def test_a_topic_that_is_declared_late_is_joined_then(
    settings: notes.Settings, database: Database, producer: Producer, topics: Topics
) -> None:
    consumer = Consumer("notes")

    async def write(session: AsyncSession, message: Taken) -> None:
        session.add(Note(words=f"{message.writer} {message.number}"))

    consumer.on(TAKEN)(write)
    consumer.on("shop.basket.sold")(write)
    await producer.send([taken(0)])
    async with reading(settings, consumer) as intake:
        await until(written(database, "kim 0"))
        with pytest.raises(ConnectionError):
            await intake.ping()
        await topics.declare(["shop.events"])
        await producer.send([Record.of("shop.basket.sold", {"writer": "lee", "number": 1})])
        await until(written(database, "kim 0", "lee 1"))
        await joined(intake)


async def test_while_a_topic_is_missing_the_others_are_read_in_peace(
    settings: notes.Settings, database: Database, producer: Producer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looking for it does not have the whole group join again."""
    consumer, joins, assigned = Consumer("notes"), [], Assignment.on_partitions_assigned

    async def write(session: AsyncSession, message: Taken) -> None:
        session.add(Note(words=f"{message.writer} {message.number}"))

    async def counted(assignment: Assignment, partitions: Any) -> None:
        joins.append(partitions)
        await assigned(assignment, partitions)

    monkeypatch.setattr(Assignment, "on_partitions_assigned", counted)
    monkeypatch.setattr("chassis.intake._LOOK_FOR_TOPICS_EVERY", 0.2)
    consumer.on(TAKEN)(write)
    consumer.on("shop.basket.sold")(write)
    async with reading(settings, consumer):
        for number in range(5):
            await producer.send([taken(number)])
            await until(written(database, *(f"kim {each}" for each in range(number + 1))))
    assert len(joins) == 1


async def test_what_is_not_worked_on_yet_is_measured(
    settings: notes.Settings, database: Database, producer: Producer
) -> None:
    consumer, go_on = Consumer("notes"), asyncio.Event()

    @consumer.on(TAKEN)
    async def write(session: AsyncSession, message: Taken) -> None:
        if message.number == 3:
            await go_on.wait()
        session.add(Note(words=str(message.number)))

    [partition] = {(await producer.lane_of(taken(0))).partition}
    labels = {"topic": "notes.events", "partition": str(partition)}

    def lag() -> float | None:
        return REGISTRY.get_sample_value("consumer_lag_messages", labels)

    async def is_seven() -> bool:
        return lag() == 7

    async def is_none() -> bool:
        return lag() == 0

    await producer.send([taken(number) for number in range(10)])
    async with reading(settings, consumer):
        await until(is_seven)
        go_on.set()
        await until(is_none)
    assert lag() is None


@pytest.mark.slow
async def test_a_broker_that_forgot_everything_is_told_again_and_nothing_is_done_twice_or_lost(
    settings: notes.Settings, database: Database, writer: Writer, tmp_path: Path
) -> None:
    broker, stopping = embedded_broker(tmp_path), asyncio.Event()
    settings = settings.model_copy(update={"kafka_bootstrap": broker.url, "kafka_idempotent_producer": False})
    topics, producer = Topics(settings), Producer.connect(settings)
    own = upkeep.own_topics("notes", writer.consumer)
    relay = asyncio.create_task(Relay(database, producer).run(stopping))
    async with reading(settings, writer.consumer):
        expected = []
        for turn in range(3):
            with broker:
                await upkeep.declare(settings, database, topics, own)
                await notes.take_notes(database, "kim", 30, first=turn * 30)
                await notes.take_notes(database, "lee", 5, first=turn * 5)
                expected += [f"kim {number:03}" for number in range(turn * 30, turn * 30 + 30)]
                expected += [f"lee {number:03}" for number in range(turn * 5, turn * 5 + 5)]
                if turn != 1:  # the second time it goes before all of it was worked on
                    await until(written(database, *expected), 90)
    stopping.set()
    await relay
    await producer.close()
    assert await notes.rows(database, "dead_letters") == []
    assert max(writer.tries.values()) == 1


async def test_work_that_was_cancelled_from_inside_is_begun_again(
    settings: notes.Settings, database: Database, producer: Producer
) -> None:
    consumer, cancelled = Consumer("notes"), [True]

    @consumer.on(TAKEN)
    async def write(session: AsyncSession, message: Taken) -> None:
        session.add(Note(words=str(message.number)))
        if message.number == 1 and cancelled:
            cancelled.pop()
            raise asyncio.CancelledError

    await producer.send([taken(number) for number in range(3)])
    async with reading(settings, consumer):
        await until(written(database, "0", "1", "2"))
    assert await notes.rows(database, "dead_letters") == []


async def test_a_mistake_in_the_chassis_itself_does_not_pass_over_a_message(
    settings: notes.Settings, database: Database, producer: Producer, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    take, failures = Delivery.take, [RuntimeError("a mistake")]

    async def sometimes(self: Delivery, records: Sequence[Record], done: Any) -> None:
        if failures:
            raise failures.pop()
        await take(self, records, done)

    monkeypatch.setattr(Delivery, "take", sometimes)
    await producer.send([taken(number) for number in range(3)])
    async with reading(settings, writer.consumer):
        await until(written(database, *(f"kim {number:03}" for number in range(3))))
    assert writer.order == {"kim": [0, 1, 2]}
