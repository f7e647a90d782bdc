"""How far a service has got: nothing is behind in an empty topic, everything is before anybody has read."""

from aiokafka import AIOKafkaConsumer

from chassis.events import Record
from chassis.kafka import Producer, Topics
from chassis.progress import Progress
from tests.chassis import notes


def taken(number: int) -> Record:
    return Record.of("notes.note.taken", {"writer": str(number), "number": number}, key=str(number))


async def test_a_topic_that_is_not_there_or_empty_has_no_ends(settings: notes.Settings) -> None:
    topics = Topics(settings)
    async with Progress.open(settings, topics) as progress:
        assert await progress.ends("notes.events") == {}
        await topics.declare(["notes.events"])
        assert await progress.ends("notes.events") == {}
        assert await progress.behind({}) == 0


async def test_what_is_sent_is_behind_until_the_service_has_said_that_it_is_done(
    settings: notes.Settings, topics: Topics, producer: Producer
) -> None:
    await producer.send([taken(number) for number in range(20)])
    async with Progress.open(settings, topics) as progress:
        ends = await progress.ends("notes.events")
        assert sum(ends.values()) == 20
        assert await progress.behind(ends) == 20
        await commit(settings, topics, dict(ends))
        assert await progress.behind(ends) == 0
        await producer.send([taken(number) for number in range(20)])
        assert await progress.behind(ends) == 0
        assert await progress.behind(await progress.ends("notes.events")) == 20


async def commit(settings: notes.Settings, topics: Topics, ends: dict[object, int]) -> None:
    """As the service's consumers do, once they have worked on it."""
    consumer = AIOKafkaConsumer(
        topics.full("notes.events"),
        bootstrap_servers=settings.kafka_bootstrap,
        group_id=topics.full(settings.service),
        enable_auto_commit=False,
    )
    await consumer.start()
    while not consumer.assignment():
        await consumer.getmany(timeout_ms=100)
    await consumer.commit(ends)
    await consumer.stop()
