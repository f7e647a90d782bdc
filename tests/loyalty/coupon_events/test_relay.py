"""The relay: everything accepted reaches the broker, at least once, whatever dies."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import cast
from uuid import UUID

import orjson
import pytest
from aiokafka.errors import KafkaConnectionError

from chassis.events import Record
from chassis.ids import uuid7
from chassis.kafka import Producer
from chassis.testing import SubgraphUnderTest
from subgraphs.loyalty.coupon_events import relay
from subgraphs.loyalty.coupon_events.gate import Gate
from subgraphs.loyalty.coupon_events.relay import relay_acceptances
from subgraphs.loyalty.coupon_events.rules import Acceptance
from subgraphs.loyalty.coupon_events.stream import Stream
from subgraphs.loyalty.settings import Settings
from tests.loyalty.backoffice import create_event, stock
from tests.loyalty.pipeline import Ear, record
from tests.loyalty.workers import until


async def accept(subgraph: SubgraphUnderTest, event_id: UUID, people: int) -> list[Acceptance]:
    gate = subgraph.resources[Gate]
    decided = await asyncio.gather(*(gate.take(event_id, uuid7()) for _ in range(people)))
    return [each for each in decided if isinstance(each, Acceptance)]


@asynccontextmanager
async def relaying(
    subgraph: SubgraphUnderTest, ear: Ear, *, reader: str = "one", takeover: float = 60
) -> AsyncIterator[asyncio.Task[None]]:
    """A relay as in a process of that name."""
    settings = subgraph.resources[Settings].model_copy(update={"relay_takeover_seconds": takeover})
    stream = Stream(subgraph.cache, reader)
    running = asyncio.create_task(relay_acceptances(subgraph.database, stream, cast("Producer", ear), settings))
    try:
        yield running
    finally:
        while not running.done():  # one cancellation may get lost
            running.cancel()
            await asyncio.wait([running], timeout=1)


async def heard(ear: Ear, many: int) -> list[UUID]:
    async def people() -> list[UUID]:
        return ear.people

    return sorted(await until(people, lambda found: len(found) >= many))


def of(accepted: list[Acceptance]) -> list[UUID]:
    return sorted(each.user_id for each in accepted)


async def test_what_is_accepted_is_sent_as_the_message_that_says_so(subgraph: SubgraphUnderTest) -> None:
    event, ear = await create_event(subgraph), Ear()
    async with relaying(subgraph, ear):
        [accepted] = await accept(subgraph, event, 1)
        await heard(ear, 1)
    [sent] = ear.heard
    assert (sent.topic, sent.key) == ("loyalty.events", f"{event}:{accepted.user_id}".encode())
    assert dict(sent.headers)["name"] == b"loyalty.coupon.accepted"
    said = orjson.loads(sent.value or b"")
    assert said.pop("requested_at").removesuffix("Z") == accepted.requested_at.isoformat().removesuffix("+00:00")
    assert said == {
        "coupon_event_id": str(event),
        "user_id": str(accepted.user_id),
        "issuance_id": str(accepted.issuance_id),
        "slot": 1,
        "rank": 1,
        "generation": 1,
    }


async def test_all_of_all_events_is_sent_once_by_any_number_of_relays(subgraph: SubgraphUnderTest) -> None:
    events, ear = [await create_event(subgraph) for _ in range(3)], Ear()
    async with (
        relaying(subgraph, ear),
        relaying(subgraph, ear, reader="two"),
        relaying(subgraph, ear, reader="three"),
    ):
        accepted = [each for event in events for each in await accept(subgraph, event, 50)]
        assert await heard(ear, 150) == of(accepted)


async def test_who_comes_alone_is_sent_at_once_and_whoever_comes_soon_after_together(
    subgraph: SubgraphUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses, over = list[float](), asyncio.Event()

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        await over.wait()

    monkeypatch.setattr(relay, "asyncio", SimpleNamespace(sleep=pause))
    event, ear = await create_event(subgraph), Ear()
    async with relaying(subgraph, ear):
        await accept(subgraph, event, 1)
        await heard(ear, 1)
        for _ in range(10):
            await accept(subgraph, event, 1)
        over.set()
        await heard(ear, 11)
    assert (ear.times, set(pauses)) == ([1, 10], {relay.COLLECT.total_seconds()})


async def test_an_event_made_while_it_runs_is_relayed_too(subgraph: SubgraphUnderTest) -> None:
    ear = Ear()
    async with relaying(subgraph, ear):
        accepted = await accept(subgraph, await create_event(subgraph), 2)
        assert await heard(ear, 2) == of(accepted)


async def test_what_the_broker_refused_is_sent_when_the_relay_runs_again(subgraph: SubgraphUnderTest) -> None:
    event, ear = await create_event(subgraph), Ear()
    accepted = await accept(subgraph, event, 10)
    ear.refuses = KafkaConnectionError("away")
    stream = subgraph.resources[Stream]
    settings = subgraph.resources[Settings]
    for _ in range(3):
        with pytest.raises(KafkaConnectionError):
            await relay_acceptances(subgraph.database, stream, cast("Producer", ear), settings)
    ear.refuses = None
    running = asyncio.create_task(relay_acceptances(subgraph.database, stream, cast("Producer", ear), settings))
    assert await heard(ear, 10) == of(accepted)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_what_a_dead_relay_had_taken_is_sent_by_another(subgraph: SubgraphUnderTest) -> None:
    event, dead, ear = await create_event(subgraph), Ear(), Ear()
    accepted = await accept(subgraph, event, 10)
    dead.refuses = KafkaConnectionError("away")
    async with relaying(subgraph, dead, reader="dead") as running:
        await asyncio.wait([running])
    async with relaying(subgraph, ear, takeover=0):
        assert await heard(ear, 10) == of(accepted)


async def test_killed_between_sending_and_noting_it_it_sends_twice_and_it_is_recorded_once(
    subgraph: SubgraphUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def die(*_: object) -> None:
        raise SystemError("killed")

    event, ear = await create_event(subgraph), Ear()
    accepted = await accept(subgraph, event, 10)
    with monkeypatch.context() as dying:
        dying.setattr(Stream, "sent", die)
        async with relaying(subgraph, ear) as running:
            await asyncio.wait([running])
    async with relaying(subgraph, ear):
        assert await heard(ear, 20) == sorted(of(accepted) * 2)
    for _ in range(2):
        await record(subgraph, accepted)
    found = await stock(subgraph, event)
    assert (found["accepted"], found["recorded"], found["inFlight"]) == (10, 10, 0)


async def test_a_record_is_what_the_consumer_reads(subgraph: SubgraphUnderTest) -> None:
    event, ear = await create_event(subgraph), Ear()
    async with relaying(subgraph, ear):
        [accepted] = await accept(subgraph, event, 1)
        await heard(ear, 1)
    record: Record = ear.heard[0]
    assert subgraph.consumer is not None
    assert await subgraph.consumer.handle(subgraph.database, subgraph.resources, record) is True
    assert (await stock(subgraph, event))["recorded"] == 1
    assert await subgraph.resources[Stream].page_of_waiting(event, None) == []
    assert accepted.is_pending
