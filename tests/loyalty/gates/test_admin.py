"""An administrator has the books of an event compared: what differs is repaired at once, and nothing is taken away."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from chassis.events import Record
from chassis.ids import uuid7
from chassis.kafka import Producer
from chassis.testing import SubgraphUnderTest
from subgraphs.loyalty.coupon_events.gate import Gate, Keys
from subgraphs.loyalty.coupon_events.rules import Acceptance
from tests.loyalty.backoffice import ask, create_event, stock
from tests.loyalty.pipeline import Ear, record, taken

RECONCILE = "mutation ($id: ID!) { reconcileCouponEvent(couponEventId: $id) { id stock { accepted recorded } } }"


@pytest.fixture
def ear(subgraph: SubgraphUnderTest, monkeypatch: pytest.MonkeyPatch) -> Ear:
    """What is sent, without a broker."""
    ear = Ear()

    async def hear(_: Producer, records: list[Record]) -> None:
        await ear.send(records)

    monkeypatch.setattr(Producer, "send", hear)
    return ear


async def reconcile(subgraph: SubgraphUnderTest, event: UUID) -> dict[str, Any]:
    answer = await ask(subgraph, RECONCILE, id=str(event))
    assert answer.errors == [], answer.errors
    found: dict[str, Any] = answer.data["reconcileCouponEvent"]["stock"]
    return found


async def accept(subgraph: SubgraphUnderTest, event: UUID) -> Acceptance:
    decided = await subgraph.resources[Gate].take(event, uuid7())
    assert isinstance(decided, Acceptance)
    return decided


async def test_what_is_accepted_and_not_recorded_is_sent_again_at_once(subgraph: SubgraphUnderTest, ear: Ear) -> None:
    event = await create_event(subgraph)
    accepted = [await accept(subgraph, event) for _ in range(3)]
    await record(subgraph, accepted[:1])
    assert await reconcile(subgraph, event) == {"accepted": 3, "recorded": 1}
    assert ear.people == [each.user_id for each in accepted[1:]]


async def test_what_left_the_stream_unrecorded_is_sent_again_too(subgraph: SubgraphUnderTest, ear: Ear) -> None:
    event = await create_event(subgraph)
    accepted = [await accept(subgraph, event) for _ in range(3)]
    await subgraph.cache.redis.xtrim(Keys(event).entries, maxlen=0)
    await reconcile(subgraph, event)
    assert sorted(ear.people) == sorted(each.user_id for each in accepted)


async def test_who_is_recorded_and_unknown_to_the_gate_is_added_to_it(subgraph: SubgraphUnderTest, ear: Ear) -> None:
    event = await create_event(subgraph, quantity=2)
    recorded = await accept(subgraph, event)
    stranger = replace(recorded, user_id=uuid7(), slot=2, rank=2, generation=0)
    await record(subgraph, [recorded, stranger])
    assert await reconcile(subgraph, event) == {"accepted": 2, "recorded": 2}
    decided = await subgraph.resources[Gate].take(event, stranger.user_id)
    assert isinstance(decided, Acceptance)
    assert (decided.slot, decided.rank, decided.generation) == (2, 2, 0)
    view = await subgraph.resources[Gate].look(event)
    assert view is not None
    assert view.remaining == 0
    assert ear.people == []


@pytest.mark.parametrize("slot", [50, 2])
async def test_a_slot_that_the_gate_can_not_give_shuts_it_until_it_is_rebuilt(
    subgraph: SubgraphUnderTest, ear: Ear, slot: int
) -> None:
    event = await create_event(subgraph)
    recorded, other = [await accept(subgraph, event) for _ in range(2)]
    await record(subgraph, [recorded, replace(other, user_id=uuid7(), slot=slot, generation=0)])
    await reconcile(subgraph, event)
    assert await subgraph.resources[Gate].look(event) is None
    assert (await stock(subgraph, event))["recorded"] == 2


async def test_of_books_that_agree_nothing_is_said(subgraph: SubgraphUnderTest, ear: Ear) -> None:
    event = await create_event(subgraph)
    await accept(subgraph, event)
    await record(subgraph, await taken(subgraph))
    assert await reconcile(subgraph, event) == {"accepted": 1, "recorded": 1}
    assert ear.people == []


async def test_there_is_no_such_event(subgraph: SubgraphUnderTest) -> None:
    assert (await ask(subgraph, RECONCILE, id=str(uuid7()))).codes == ["NOT_FOUND"]
    assert (await ask(subgraph, RECONCILE, id="7")).codes == ["INVALID_INPUT"]


async def test_with_the_broker_away_it_says_so(subgraph: SubgraphUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(Producer, "send", away)
    event = await create_event(subgraph)
    await accept(subgraph, event)
    assert (await ask(subgraph, RECONCILE, id=str(event))).codes == ["UNAVAILABLE"]
    assert (await stock(subgraph, event))["inFlight"] == 1
