"""The consumer: one handler a message, its wants found by type, effect and inbox row in one transaction."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlmodel.ext.asyncio.session import AsyncSession
from structlog.contextvars import get_contextvars

from chassis import telemetry
from chassis.cache import Cache
from chassis.consumer import Consumer
from chassis.database import Database
from chassis.events import DeadMessage, Message, Record, UnreadableRecord, dead
from chassis.ids import uuid7
from chassis.resources import MissingResource, Resources
from tests.chassis import notes
from tests.chassis.notes import Note, Taken

TAKEN = "notes.note.taken"


def taken(number: int, message_id: UUID | None = None, **more: Any) -> Record:
    return Record.of(TAKEN, {"writer": "kim", "number": number, **more}, message_id, "kim")


@pytest.fixture
def resources(database: Database, cache: Cache) -> Resources:
    found = Resources()
    found.add(Database, database)
    found.add(Cache, cache)
    return found


def writing() -> Consumer:
    """A consumer that writes down what it hears."""
    consumer = Consumer("notes")

    @consumer.on(TAKEN)
    async def write(session: AsyncSession, message: Taken) -> None:
        session.add(Note(words=f"{message.writer} {message.number}"))

    return consumer


def writing_batches() -> tuple[Consumer, list[list[int]]]:
    consumer, batches = Consumer("notes"), list[list[int]]()

    @consumer.on(TAKEN, batch=100)
    async def write(session: AsyncSession, messages: list[Taken]) -> None:
        batches.append([message.number for message in messages])
        session.add_all([Note(words=f"{message.writer} {message.number}") for message in messages])

    return consumer, batches


async def test_a_message_has_its_effect_and_its_inbox_row(database: Database, resources: Resources) -> None:
    message_id = uuid7()
    assert await writing().handle(database, resources, taken(1, message_id))
    assert await notes.words(database) == ["kim 1"]
    [row] = await notes.rows(database, "inbox")
    assert (row.consumer, row.message_id) == ("notes", message_id)


async def test_a_message_that_comes_again_has_no_second_effect(database: Database, resources: Resources) -> None:
    consumer, record = writing(), taken(1)
    assert [await consumer.handle(database, resources, record) for _ in range(3)] == [True, False, False]
    assert await notes.words(database) == ["kim 1"]


async def test_a_message_taken_by_many_at_once_has_one_effect(database: Database, resources: Resources) -> None:
    consumer, record = writing(), taken(1)
    answers = await asyncio.gather(*(consumer.handle(database, resources, record) for _ in range(8)))
    assert sorted(answers) == [False] * 7 + [True]
    assert await notes.words(database) == ["kim 1"]


async def test_an_effect_that_fails_leaves_no_inbox_row_and_can_be_tried_again(
    database: Database, resources: Resources
) -> None:
    consumer, failing = Consumer("notes"), [True]

    @consumer.on(TAKEN)
    async def write(session: AsyncSession, message: Taken) -> None:
        session.add(Note(words="written"))
        await session.flush()
        if failing.pop():
            raise RuntimeError("no")

    record = taken(1)
    with pytest.raises(RuntimeError, match="no"):
        await consumer.handle(database, resources, record)
    assert await notes.words(database) == []
    assert await notes.rows(database, "inbox") == []
    failing.append(False)
    assert await consumer.handle(database, resources, record)
    assert await notes.words(database) == ["written"]


async def test_a_batch_has_one_transaction_and_leaves_out_what_was_seen(
    database: Database, resources: Resources
) -> None:
    consumer, batches = writing_batches()
    records = [taken(number) for number in range(4)]
    handler = consumer.handler_of(records[0])
    assert handler is not None
    assert await consumer.handle(database, resources, records[1])
    arrived = [handler.read(record) for record in [*records, records[3]]]
    assert await consumer.run(database, resources, handler, arrived) == 3
    assert await consumer.run(database, resources, handler, arrived) == 0
    assert batches == [[1], [0, 2, 3]]
    assert await notes.words(database) == ["kim 0", "kim 1", "kim 2", "kim 3"]


async def test_what_a_handler_wants_is_found_by_its_type(
    database: Database, resources: Resources, cache: Cache
) -> None:
    consumer, given = Consumer("notes"), list[Any]()

    @consumer.on(TAKEN)
    async def note(session: AsyncSession, message: Taken, kept: Cache, books: Database) -> None:
        given.extend([kept, books])

    consumer.check(resources)
    await consumer.handle(database, resources, taken(1))
    assert given == [cache, database]


def test_what_a_handler_wants_and_is_not_there_is_found_at_start() -> None:
    consumer = Consumer("notes")

    @consumer.on(TAKEN)
    async def note(session: AsyncSession, message: Taken, cache: Cache) -> None: ...

    with pytest.raises(MissingResource, match="note: No Cache among the resources"):
        consumer.check(Resources())


def test_a_message_has_one_handler() -> None:
    consumer = writing()
    with pytest.raises(ValueError, match=r"notes\.note\.taken has its handler already: .*write"):

        @consumer.on(TAKEN)
        async def again(session: AsyncSession, message: Taken) -> None: ...


def test_a_handler_says_what_it_listens_to() -> None:
    consumer = Consumer("notes")

    async def nothing(session: AsyncSession) -> None: ...

    async def anything(session: AsyncSession, message: Any) -> None: ...

    async def one(session: AsyncSession, message: Taken) -> None: ...

    async def untyped(session, message: Taken) -> None: ...  # type: ignore[no-untyped-def]  # noqa: ANN001

    with pytest.raises(TypeError, match="must take a session and a message"):
        consumer.on(TAKEN)(nothing)
    with pytest.raises(TypeError, match="must say which Message"):
        consumer.on(TAKEN)(anything)
    with pytest.raises(TypeError, match="is a list of messages"):
        consumer.on(TAKEN, batch=10)(one)
    with pytest.raises(TypeError, match="types of its parameters"):
        consumer.on(TAKEN)(untyped)
    assert consumer.names == frozenset()


def test_the_topics_are_those_of_the_names() -> None:
    consumer = Consumer("notes")
    for name in ("notes.note.taken", "shop.basket.sold", "notes.write-note"):

        @consumer.on(name)
        async def note(session: AsyncSession, message: Taken) -> None: ...

    assert consumer.topics == {"notes.events", "shop.events", "notes.commands"}


async def test_what_nobody_listens_to_is_left_alone(database: Database, resources: Resources) -> None:
    assert not await writing().handle(database, resources, Record.of("notes.note.lost", {}))
    assert await notes.rows(database, "inbox") == []


@pytest.mark.parametrize("payload", [{}, {"writer": "kim"}, {"writer": "kim", "number": "secret words"}])
async def test_what_is_not_as_expected_is_unreadable_and_has_no_effect(
    database: Database, resources: Resources, payload: dict[str, Any]
) -> None:
    with pytest.raises(UnreadableRecord, match=r"notes\.note\.taken is not what Taken expects: .*number: ") as refused:
        await writing().handle(database, resources, Record.of(TAKEN, payload))
    assert "secret words" not in str(refused.value)
    assert await notes.rows(database, "inbox") == []


async def test_fields_a_listener_does_not_know_do_not_disturb_it(database: Database, resources: Resources) -> None:
    assert await writing().handle(database, resources, taken(1, colour="red", message_id=str(uuid7())))
    assert await notes.words(database) == ["kim 1"]


async def test_a_handler_goes_on_with_the_trace_of_its_message_and_its_logs_say_which_it_is(
    database: Database, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    spans = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    monkeypatch.setattr(telemetry, "tracer", provider.get_tracer("test"))
    consumer, said = Consumer("notes"), list[dict[str, Any]]()

    @consumer.on(TAKEN)
    async def note(session: AsyncSession, message: Taken) -> None:
        said.append(get_contextvars())

    message_id, trace_id = uuid7(), "a" * 32
    payload = {"writer": "kim", "number": 1}
    await consumer.handle(
        database, resources, Record.of(TAKEN, payload, message_id, traceparent=f"00-{trace_id}-{'b' * 16}-01")
    )
    [span] = spans.get_finished_spans()
    assert span.name == "handle notes.note.taken"
    assert span.context is not None
    assert span.parent is not None
    assert f"{span.context.trace_id:032x}" == trace_id
    assert f"{span.parent.span_id:016x}" == "b" * 16
    assert said == [{"message_name": TAKEN, "message_id": str(message_id)}]


async def test_what_is_said_in_a_handler_carries_its_trace_on(
    database: Database, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telemetry, "tracer", TracerProvider().get_tracer("test"))
    consumer = Consumer("notes")

    @consumer.on(TAKEN)
    async def note(session: AsyncSession, message: Taken) -> None:
        notes.publish(session, notes.NoteTaken(writer="lee", number=message.number))

    traceparent = f"00-{'a' * 32}-{'b' * 16}-01"
    await consumer.handle(
        database, resources, Record.of(TAKEN, {"writer": "kim", "number": 1}, traceparent=traceparent)
    )
    [row] = await notes.rows(database, "outbox")
    assert row.traceparent.startswith(f"00-{'a' * 32}-")
    assert row.traceparent != traceparent


def test_a_message_is_not_changed_by_its_handler() -> None:
    message = Message(message_id=uuid7(), occurred_at="2030-01-01T00:00:00Z")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="frozen"):
        message.message_id = uuid7()  # type: ignore[misc]


class DeadNote(DeadMessage):
    number: int


def put_aside(record: Record, consumer: str = "notes", reason: str = "ValueError: no") -> Record:
    """As its letter comes on the topic of the dead."""
    headers = (*record.headers, ("dead-consumer", consumer.encode()), ("dead-reason", reason.encode()))
    return Record(dead(record.topic), record.key, record.value, headers)


def mourning() -> Consumer:
    consumer = writing()

    @consumer.on_dead(TAKEN)
    async def mourn(session: AsyncSession, message: DeadNote) -> None:
        session.add(
            Note(words=f"{message.dead_name} {message.number} of {message.dead_consumer}: {message.dead_reason}")
        )

    return consumer


async def test_who_listens_to_the_dead_hears_which_whose_and_why_once(database: Database, resources: Resources) -> None:
    consumer, record = mourning(), put_aside(taken(7), "readers", "KeyError: 'a'")
    assert consumer.topics == {"notes.events", "notes.events.dead"}
    assert [await consumer.handle(database, resources, record) for _ in range(2)] == [True, False]
    assert await notes.words(database) == ["notes.note.taken 7 of readers: KeyError: 'a'"]


async def test_a_message_that_was_mourned_can_still_be_replayed(database: Database, resources: Resources) -> None:
    consumer, record = mourning(), taken(7)
    assert await consumer.handle(database, resources, put_aside(record))
    assert await consumer.handle(database, resources, record)
    assert sorted(await notes.words(database)) == ["kim 7", "notes.note.taken 7 of notes: ValueError: no"]


def test_who_listens_to_the_living_alone_has_nothing_to_do_with_the_dead() -> None:
    assert writing().handler_of(put_aside(taken(7))) is None
    assert writing().topics == {"notes.events"}


def test_who_listens_to_the_dead_says_so_in_the_type() -> None:
    consumer = Consumer("notes")
    with pytest.raises(TypeError, match="DeadMessage"):

        @consumer.on_dead(TAKEN)
        async def mourn(session: AsyncSession, message: Taken) -> None: ...
