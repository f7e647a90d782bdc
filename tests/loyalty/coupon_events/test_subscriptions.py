"""Following an issuance: nothing is missed, whenever one comes."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from chassis.testing_sockets import SubscriptionFailed
from subgraphs.loyalty.coupon_events.gate import Gate, Keys
from subgraphs.loyalty.coupon_events.nudge import nudge_watchers
from subgraphs.loyalty.coupon_events.rules import issuance_id
from tests.loyalty.askers import issue
from tests.loyalty.backoffice import create_event
from tests.loyalty.pipeline import record_all

WATCH = """subscription ($id: ID!) { couponIssuance(id: $id) {
    id status rank userCoupon { status } couponEvent { name remaining } } }"""


def pending(issuance: str) -> dict[str, Any]:
    event = {"name": "First come", "remaining": 99}
    return {
        "couponIssuance": {
            "id": issuance,
            "status": "PENDING",
            "rank": 1,
            "userCoupon": None,
            "couponEvent": event,
        }
    }


def issued(issuance: str) -> dict[str, Any]:
    changed = {"status": "ISSUED", "userCoupon": {"status": "AVAILABLE"}}
    return {"couponIssuance": pending(issuance)["couponIssuance"] | changed}


async def test_it_is_told_as_it_is_then_as_it_becomes_then_no_more(subgraph: SubgraphUnderTest) -> None:
    event, person = await create_event(subgraph), uuid7()
    issuance = (await issue(subgraph, event, person))["id"]
    async with subgraph.subscribe(WATCH, {"id": issuance}, user=person) as payloads:
        assert await anext(payloads) == pending(issuance)
        await record_all(subgraph)
        assert [each async for each in payloads] == [issued(issuance)]


async def test_whoever_comes_after_it_is_recorded_is_told_so_at_once(subgraph: SubgraphUnderTest) -> None:
    event, person = await create_event(subgraph), uuid7()
    issuance = (await issue(subgraph, event, person))["id"]
    await record_all(subgraph)
    for _ in range(2):
        async with subgraph.subscribe(WATCH, {"id": issuance}, user=person) as payloads:
            assert [each async for each in payloads] == [issued(issuance)]


async def test_many_that_watch_are_all_told(subgraph: SubgraphUnderTest) -> None:
    event, people = await create_event(subgraph), [uuid7() for _ in range(30)]
    issuances = [(await issue(subgraph, event, person))["id"] for person in people]
    begun: list[UUID] = []

    async def follow(person: UUID, issuance: str) -> list[str]:
        async with subgraph.subscribe(WATCH, {"id": issuance}, user=person) as payloads:
            first = await anext(payloads)
            begun.append(person)
            return [each["couponIssuance"]["status"] for each in [first, *[each async for each in payloads]]]

    following = [asyncio.create_task(follow(*each)) for each in zip(people, issuances, strict=True)]
    async with asyncio.timeout(20):
        while len(begun) < 30:
            await asyncio.sleep(0.01)
    await record_all(subgraph)
    assert await asyncio.gather(*following) == [["PENDING", "ISSUED"]] * 30


async def test_a_watcher_waits_while_the_gate_is_lost_and_hears_of_it_all_the_same(subgraph: SubgraphUnderTest) -> None:
    event, person = await create_event(subgraph), uuid7()
    issuance = (await issue(subgraph, event, person))["id"]
    await subgraph.cache.redis.delete(Keys(event).gate)
    document = "subscription ($id: ID!) { couponIssuance(id: $id) { status } }"
    async with subgraph.subscribe(document, {"id": issuance}, user=person) as payloads:
        hearing = asyncio.create_task(anext(payloads))
        await record_all(subgraph)
        assert await hearing == {"couponIssuance": {"status": "ISSUED"}}


async def test_a_watcher_hears_when_the_gate_is_there_again(
    subgraph: SubgraphUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    event, person, looked = await create_event(subgraph), uuid7(), asyncio.Event()
    issuance, look = (await issue(subgraph, event, person))["id"], Gate.look

    async def seen(self: Gate, *given: Any) -> Any:
        found = await look(self, *given)
        looked.set()
        return found

    monkeypatch.setattr(Gate, "look", seen)
    gate = Keys(event).gate
    await subgraph.cache.redis.rename(gate, f"{gate}:away")
    document = "subscription ($id: ID!) { couponIssuance(id: $id) { status } }"
    async with subgraph.subscribe(document, {"id": issuance}, user=person) as payloads:
        hearing = asyncio.create_task(anext(payloads))
        await asyncio.wait_for(looked.wait(), 30)
        assert not hearing.done()
        await subgraph.cache.redis.rename(f"{gate}:away", gate)
        await nudge_watchers(subgraph.cache, [UUID(issuance)])
        assert await asyncio.wait_for(hearing, 30) == {"couponIssuance": {"status": "PENDING"}}


@pytest.mark.parametrize("who", ["a stranger", "a person who was rejected"])
async def test_what_is_not_ones_own_or_never_was_is_not_found(subgraph: SubgraphUnderTest, who: str) -> None:
    event, winner, other = await create_event(subgraph, quantity=1), uuid7(), uuid7()
    issuance = (await issue(subgraph, event, winner))["id"]
    rejected = (await issue(subgraph, event, other))["id"]
    wanted = issuance if who == "a stranger" else rejected
    async with subgraph.subscribe(WATCH, {"id": wanted}, user=other) as payloads:
        with pytest.raises(SubscriptionFailed) as refused:
            await anext(payloads)
    assert refused.value.codes == ["NOT_FOUND"]


async def test_nobody_who_is_not_signed_in_may_watch(subgraph: SubgraphUnderTest) -> None:
    async with subgraph.subscribe(WATCH, {"id": str(issuance_id(uuid7(), uuid7()))}) as payloads:
        with pytest.raises(SubscriptionFailed) as refused:
            await anext(payloads)
    assert refused.value.codes == ["UNAUTHENTICATED"]
