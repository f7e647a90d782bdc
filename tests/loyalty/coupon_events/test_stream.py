"""What the gates accepted and nobody has recorded: taken by one relay, and kept until it is recorded."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.loyalty.coupon_events.gate import Gate, Keys
from subgraphs.loyalty.coupon_events.rules import Acceptance
from subgraphs.loyalty.coupon_events.stream import Stream
from tests.loyalty.backoffice import create_event

AT_ONCE = timedelta(milliseconds=1)
NOT_YET = timedelta(minutes=1)
NOW = timedelta(0)


@pytest.fixture
def relays(subgraph: SubgraphUnderTest) -> tuple[Stream, Stream]:
    """As in two processes."""
    return Stream(subgraph.cache, "one"), Stream(subgraph.cache, "other")


async def accept(subgraph: SubgraphUnderTest, event_id: UUID, people: int = 1) -> list[Acceptance]:
    gate = subgraph.resources[Gate]
    decided = [await gate.take(event_id, uuid7()) for _ in range(people)]
    return [each for each in decided if isinstance(each, Acceptance)]


async def test_relays_share_what_there_is_of_all_events(
    subgraph: SubgraphUnderTest, relays: tuple[Stream, Stream]
) -> None:
    events = [await create_event(subgraph) for _ in range(3)]
    accepted = [each for event in events for each in await accept(subgraph, event, 4)]
    found = [each for relay in relays for each in await relay.take(events, AT_ONCE)]
    assert sorted(found, key=str) == sorted(accepted, key=str)


async def test_a_relay_waits_for_the_first(subgraph: SubgraphUnderTest, relays: tuple[Stream, Stream]) -> None:
    event = await create_event(subgraph)
    waiting = asyncio.create_task(relays[0].take([event], timedelta(seconds=20)))
    await asyncio.sleep(0)
    accepted = await accept(subgraph, event)
    assert await waiting == accepted


async def test_what_was_taken_and_not_sent_is_taken_again_or_taken_over(
    subgraph: SubgraphUnderTest, relays: tuple[Stream, Stream]
) -> None:
    event = await create_event(subgraph)
    one, other = relays
    accepted = await accept(subgraph, event, 3)
    assert await one.take([event], AT_ONCE) == accepted
    assert await other.take([event], AT_ONCE) == []
    assert await other.take_over([event], NOT_YET) == []
    assert await one.take_again([event]) == accepted
    assert await other.take_over([event], NOW) == accepted
    assert await one.take_again([event]) == []


async def test_what_was_sent_is_nobodys_to_send_and_stays_until_it_is_recorded(
    subgraph: SubgraphUnderTest, relays: tuple[Stream, Stream]
) -> None:
    event = await create_event(subgraph)
    one, other = relays
    accepted = await accept(subgraph, event, 3)
    await one.sent(await one.take([event], AT_ONCE))
    assert [await one.take_again([event]), await other.take_over([event], NOW)] == [[], []]
    assert await one.page_of_waiting(event, None) == accepted
    await one.forget(accepted[:2])
    assert await one.page_of_waiting(event, None) == accepted[2:]


async def test_what_is_recorded_before_it_counts_as_sent_is_not_sent_again(
    subgraph: SubgraphUnderTest, relays: tuple[Stream, Stream]
) -> None:
    event = await create_event(subgraph)
    one, other = relays
    taken = (await accept(subgraph, event, 2), await one.take([event], AT_ONCE))[1]
    await other.forget(taken[:1])
    assert await one.take_again([event]) == taken[1:]
    assert await other.take_over([event], NOW) == taken[1:]


async def test_what_waits_is_seen_page_by_page(
    subgraph: SubgraphUnderTest, relays: tuple[Stream, Stream], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("subgraphs.loyalty.coupon_events.stream.PAGE", 2)
    event = await create_event(subgraph)
    accepted = await accept(subgraph, event, 5)
    pages, last = [], None
    while page := await relays[0].page_of_waiting(event, last):
        pages.append(page)
        last = page[-1]
    assert pages == [accepted[:2], accepted[2:4], accepted[4:]]


async def test_a_stream_that_was_lost_does_not_keep_the_others_from_being_read(
    subgraph: SubgraphUnderTest, relays: tuple[Stream, Stream]
) -> None:
    lost, event = await create_event(subgraph), await create_event(subgraph)
    accepted = await accept(subgraph, event)
    await subgraph.cache.redis.delete(*Keys(lost).all)
    found = [await relays[0].take([lost, event], AT_ONCE) for _ in range(2)]
    assert found == [[], accepted]


async def test_without_events_there_is_nothing_to_take(relays: tuple[Stream, Stream]) -> None:
    assert await relays[0].take([], AT_ONCE) == []
    assert await relays[0].take_over([], NOW) == []
    await relays[0].sent([])
