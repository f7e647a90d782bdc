"""The worker as it runs: commands come over the broker and are answered over it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer

from chassis.events import Record
from chassis.kafka import Producer, Topics
from chassis.testing import SubgraphUnderTest
from chassis.worker import run_worker
from stack.ports import free_port
from subgraphs.accommodation.consumers import consumer
from subgraphs.accommodation.resources import open_resources
from subgraphs.accommodation.worker import JOBS


@asynccontextmanager
async def working(accommodation: SubgraphUnderTest) -> AsyncIterator[None]:
    stopping = asyncio.Event()
    settings = accommodation.settings.model_copy(update={"metrics_port": free_port()})
    worker = asyncio.create_task(
        run_worker(settings, resources=open_resources, consumer=consumer, jobs=JOBS, stopping=stopping)
    )
    try:
        yield
    finally:
        stopping.set()
        await worker


@asynccontextmanager
async def listening(accommodation: SubgraphUnderTest) -> AsyncIterator[AIOKafkaConsumer]:
    settings = accommodation.settings
    topic = Topics(settings).full("accommodation.events")
    kafka = AIOKafkaConsumer(topic, bootstrap_servers=settings.kafka_bootstrap, auto_offset_reset="earliest")
    await kafka.start()
    try:
        yield kafka
    finally:
        await kafka.stop()


@pytest.fixture
async def producer(accommodation: SubgraphUnderTest) -> AsyncIterator[Producer]:
    await Topics(accommodation.settings).declare(["accommodation.commands", "accommodation.events"])
    producer = Producer.connect(accommodation.settings)
    yield producer
    await producer.close()


async def test_commands_that_wait_are_decided_and_a_bad_one_harms_itself_alone(
    accommodation: SubgraphUnderTest, places: Any, ask: Any, producer: Producer
) -> None:
    room_type = await places.add_room(units=3, days=2)
    commands: list[dict[str, Any]] = [ask.hold(room_type.id, 0, 2) for _ in range(8)]
    bad = Record.of("accommodation.hold-nights", commands[0] | {"rooms": "all"}, key=str(room_type.id))
    good = [Record.of("accommodation.hold-nights", each, key=str(room_type.id)) for each in commands]
    await producer.send([*good[:4], bad, *good[4:]])
    heard: list[str] = []
    async with listening(accommodation) as events, working(accommodation):
        while len(heard) < 8:
            message = await events.getone()
            heard.append(dict(message.headers)["name"].decode())
    assert sorted(heard) == ["accommodation.nights.held"] * 3 + ["accommodation.nights.refused"] * 5
    assert await places.nights(room_type) == [(3, 0), (3, 0)]
    # The bad one was among them in its place: what came before it was held first.
    assert [(await places.hold_of(each["booking_id"])).status for each in commands] == ["HELD"] * 3 + ["REFUSED"] * 5
