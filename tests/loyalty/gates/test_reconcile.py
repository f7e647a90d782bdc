"""Comparing the books: what was sent and never recorded is sent again, and nothing is taken away."""

from dataclasses import replace
from uuid import UUID

import pytest
from aiokafka.errors import KafkaConnectionError
from structlog.testing import capture_logs

from chassis.database import Database
from chassis.dead_letters import put_aside
from chassis.events import encode
from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.loyalty.coupon_events import store
from subgraphs.loyalty.coupon_events.gate import Gate
from subgraphs.loyalty.coupon_events.record import SlotTaken
from subgraphs.loyalty.coupon_events.rules import Acceptance
from subgraphs.loyalty.coupon_events.send import accepted as message_of
from subgraphs.loyalty.coupon_events.stream import Stream
from subgraphs.loyalty.gates import metrics
from tests.loyalty.backoffice import CLOSE_EVENT, ask, create_event, stock
from tests.loyalty.pipeline import Ear, reconcile, record, taken


async def accept(subgraph: SubgraphUnderTest, event_id: UUID, people: int) -> list[Acceptance]:
    """Accepted, taken by a relay, and sent."""
    gate = subgraph.resources[Gate]
    for _ in range(people):
        await gate.take(event_id, uuid7())
    sent = await taken(subgraph)
    await subgraph.resources[Stream].sent(sent)
    return sent


async def is_settled(database: Database, event_id: UUID) -> bool:
    async with database.reading() as session:
        event = await store.find_event(session, event_id)
    assert event is not None
    return event.settled_at is not None


async def test_what_the_broker_lost_is_sent_again_after_a_minute(subgraph: SubgraphUnderTest) -> None:
    event, ear = await create_event(subgraph), Ear()
    lost = await accept(subgraph, event, 3)
    await reconcile(subgraph, ear, seconds=50)
    assert ear.people == []
    await reconcile(subgraph, ear, seconds=70)
    assert ear.people == [each.user_id for each in lost]


async def test_that_they_differ_is_said_also_while_the_broker_is_away(subgraph: SubgraphUnderTest) -> None:
    event, ear = await create_event(subgraph), Ear()
    await accept(subgraph, event, 3)
    unrecorded = metrics.BOOKS_DIFFER.labels("unrecorded")
    ear.refuses = KafkaConnectionError("away")
    with capture_logs() as lines, pytest.raises(KafkaConnectionError):
        await reconcile(subgraph, ear, seconds=70)
    assert [(each["event"], each["coupon_event_id"], each["unrecorded"]) for each in lines] == [
        ("books_differ", str(event), 3)
    ]
    assert unrecorded._value.get() == 3
    ear.refuses = None
    await record(subgraph, await subgraph.resources[Stream].page_of_waiting(event, None))
    await reconcile(subgraph, ear, seconds=70)
    assert unrecorded._value.get() == 0


async def test_what_is_recorded_and_was_not_forgotten_is_forgotten(
    subgraph: SubgraphUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def die(*_: object) -> None:
        raise SystemError("killed")

    event, ear = await create_event(subgraph), Ear()
    acceptances = await accept(subgraph, event, 3)
    with monkeypatch.context() as dying:
        dying.setattr(Stream, "forget", die)
        await record(subgraph, acceptances)
    assert len(await subgraph.resources[Stream].page_of_waiting(event, None)) == 3
    await reconcile(subgraph, ear, seconds=70)
    assert (ear.people, await subgraph.resources[Stream].page_of_waiting(event, None)) == ([], [])


async def test_what_is_among_the_dead_letters_is_left_to_whoever_replays_it(subgraph: SubgraphUnderTest) -> None:
    event, ear = await create_event(subgraph), Ear()
    dead, alive = await accept(subgraph, event, 2)
    letter = encode(message_of(replace(dead, slot=1)))
    await put_aside(subgraph.database, "loyalty", letter, SlotTaken("1"), tries=5)
    for _ in range(2):
        await reconcile(subgraph, ear, seconds=70)
    assert ear.people == [alive.user_id] * 2
    found = await stock(subgraph, event)
    assert (found["accepted"], found["recorded"], found["deadLettered"], found["inFlight"]) == (2, 0, 1, 1)
    assert len(await subgraph.resources[Stream].page_of_waiting(event, None)) == 2


async def test_more_than_a_page_is_compared_page_by_page(
    subgraph: SubgraphUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    event, ear = await create_event(subgraph), Ear()
    lost = await accept(subgraph, event, 7)
    monkeypatch.setattr("subgraphs.loyalty.coupon_events.stream.PAGE", 2)
    await reconcile(subgraph, ear, seconds=70)
    assert ear.people == [each.user_id for each in lost]


async def test_an_event_is_settled_when_it_is_over_and_all_of_it_is_recorded(subgraph: SubgraphUnderTest) -> None:
    event, ear = await create_event(subgraph), Ear()
    acceptances = await accept(subgraph, event, 2)
    await record(subgraph, acceptances[:1])
    await reconcile(subgraph, ear, minutes=5)
    assert not await is_settled(subgraph.database, event)
    await ask(subgraph, CLOSE_EVENT, id=str(event))
    await reconcile(subgraph, ear, minutes=5)
    assert not await is_settled(subgraph.database, event)
    await record(subgraph, acceptances[1:])
    await reconcile(subgraph, ear, minutes=5)
    assert await is_settled(subgraph.database, event)


async def test_an_event_that_is_open_is_not_settled(subgraph: SubgraphUnderTest) -> None:
    event, ear = await create_event(subgraph), Ear()
    await record(subgraph, await accept(subgraph, event, 1))
    await reconcile(subgraph, ear, minutes=5)
    assert not await is_settled(subgraph.database, event)
    await reconcile(subgraph, ear, hours=2)
    assert await is_settled(subgraph.database, event)
