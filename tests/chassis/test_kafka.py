"""The broker: topics are declared and never made by accident, records keep their order, the large ones are refused."""

import asyncio
from typing import Any

import pytest
from aiokafka.errors import MessageSizeTooLargeError, UnknownTopicOrPartitionError

from chassis import kafka
from chassis.events import Record, dead
from chassis.kafka import Producer, Topics
from tests.chassis import notes
from tests.chassis.notes import listening, numbers_by_key


def note(writer: str, number: int, **more: Any) -> Record:
    return Record.of("notes.note.taken", {"writer": writer, "number": number, **more}, key=writer)


async def test_what_is_declared_exists_and_can_be_declared_again(settings: notes.Settings) -> None:
    topics = Topics(settings)
    assert await topics.existing() == frozenset()
    await topics.declare(["notes.events", dead("notes.events")])
    await topics.declare(["notes.events", "notes.commands"])
    assert await topics.existing() == {"notes.events", "notes.events.dead", "notes.commands"}
    assert await topics.missing(["notes.events", "notes.other"]) == {"notes.other"}


async def test_many_that_declare_the_same_at_once_all_succeed(settings: notes.Settings) -> None:
    await asyncio.gather(*(Topics(settings).declare(["notes.events"]) for _ in range(5)))
    assert await Topics(settings).existing() == {"notes.events"}


async def test_a_topic_has_as_many_partitions_as_the_settings_say(settings: notes.Settings) -> None:
    settings = settings.model_copy(update={"topic_partitions": 3})
    await Topics(settings).declare(["notes.events"])
    producer = Producer.connect(settings)
    lanes = {await producer.lane_of(note(f"writer {number}", 0)) for number in range(100)}
    assert lanes == {(Topics(settings).full("notes.events"), partition) for partition in range(3)}
    await producer.close()


async def test_a_key_leads_where_javas_clients_send_it(producer: Producer) -> None:
    # Utils.toPositive(Utils.murmur2("kim".getBytes())) % 6, and the same for the others
    partitions = [
        (await producer.lane_of(note(writer, 0))).partition for writer in ("21", "foobar", "a-little-bit-long-string")
    ]
    murmur2 = [-973932308, -790332482, -985981536]  # from the tests of Apache Kafka
    assert partitions == [(each & 0x7FFFFFFF) % 6 for each in murmur2]


async def test_to_a_topic_nobody_declared_nothing_is_sent_and_it_does_not_come_to_be(settings: notes.Settings) -> None:
    producer = Producer.connect(settings)
    with pytest.raises(UnknownTopicOrPartitionError):
        await producer.lane_of(note("kim", 0))
    assert await Topics(settings).existing() == frozenset()
    await Topics(settings).declare(["notes.events"])
    await producer.send([note("kim", 0)])
    await producer.close()


async def test_records_of_a_key_arrive_in_their_order_though_many_batches_are_needed(
    producer: Producer, settings: notes.Settings
) -> None:
    records = [note(f"writer {number % 7}", number // 7, words="x" * 2_000) for number in range(1_400)]
    await producer.send(records)
    async with listening(settings, "notes.events") as arrived:
        found = numbers_by_key(await arrived(1_400))
    assert found == {f"writer {number}": list(range(200)) for number in range(7)}


async def test_what_many_send_at_once_arrives_once(producer: Producer, settings: notes.Settings) -> None:
    await asyncio.gather(
        *(producer.send([note(f"writer {number}", each) for each in range(20)]) for number in range(30))
    )
    async with listening(settings, "notes.events") as arrived:
        found = numbers_by_key(await arrived(600))
    assert found == {f"writer {number}": list(range(20)) for number in range(30)}


async def test_a_record_that_is_too_large_is_refused_before_it_is_sent(
    producer: Producer, settings: notes.Settings
) -> None:
    with pytest.raises(ExceptionGroup) as refused:
        await producer.send([note("kim", 0, words="x" * 1_000_000)])
    assert [type(each) for each in refused.value.exceptions] == [MessageSizeTooLargeError]
    await producer.send([note("kim", 1)])
    async with listening(settings, "notes.events") as arrived:
        assert numbers_by_key(await arrived(1)) == {"kim": [1]}


@pytest.mark.parametrize("idempotent", [True, False])
async def test_all_acknowledge_and_whether_the_producer_is_idempotent_is_a_setting(
    settings: notes.Settings, idempotent: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, Any] = {}

    class Opened:
        def __init__(self, **options: Any) -> None:
            given.update(options)

        async def start(self) -> None: ...

        async def stop(self) -> None: ...

        async def partitions_for(self, topic: str) -> set[int]:
            return {0}

    await Topics(settings).declare(["notes.events"])
    monkeypatch.setattr(kafka, "AIOKafkaProducer", Opened)
    producer = Producer.connect(settings.model_copy(update={"kafka_idempotent_producer": idempotent}))
    await producer.lane_of(note("kim", 0))
    await producer.close()
    assert (given["acks"], given["enable_idempotence"]) == ("all", idempotent)
