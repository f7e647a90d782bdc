"""Deleting an event that never opened, and what is left of it."""

import asyncio
from datetime import timedelta

import pytest

from chassis import clock
from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.loyalty.coupon_events.gate import Keys
from tests.loyalty.askers import issue
from tests.loyalty.backoffice import ADMIN, CLOSE_EVENT, CREATE_EVENT, an_event, ask, create_event
from tests.loyalty.coupon_events.changes import away, create_scheduled, delete, dying, finish, pass_time, read, update
from tests.loyalty.pipeline import Ear, reconcile, record_all

PUBLIC = "query ($id: ID!) { couponEvent(id: $id) { name } couponEvents(filter: {statuses: null}) { totalCount } }"
DELETED = "query ($deleted: Boolean) { couponEvents(filter: {deleted: $deleted}) { nodes { id } } }"
ISSUE = "mutation ($id: ID!) { issueCoupon(couponEventId: $id) { status } }"


async def test_a_deleted_event_is_gone_for_people_and_kept_for_administrators(subgraph: SubgraphUnderTest) -> None:
    event, other = await create_scheduled(subgraph), await create_scheduled(subgraph)
    deleted = (await delete(subgraph, event)).data["deleteCouponEvent"]
    assert (deleted["id"], deleted["deletedBy"]) == (str(event), {"id": str(ADMIN)})
    assert (await subgraph.graphql(PUBLIC, {"id": str(event)})).data == {
        "couponEvent": None,
        "couponEvents": {"totalCount": 1},
    }
    kept = await read(subgraph, event)
    assert (kept["deletedAt"], kept["status"]) == (deleted["deletedAt"], "CLOSED")
    found = [
        [node["id"] for node in (await ask(subgraph, DELETED, deleted=each)).data["couponEvents"]["nodes"]]
        for each in (True, False, None)
    ]
    assert found == [[str(event)], [str(other)], [str(other)]]


async def test_nobody_gets_a_coupon_of_it_and_nothing_of_its_gate_is_left(subgraph: SubgraphUnderTest) -> None:
    event = await create_scheduled(subgraph)
    await delete(subgraph, event)
    assert (await subgraph.graphql(ISSUE, {"id": str(event)}, user=uuid7())).codes == ["NOT_FOUND"]
    assert await subgraph.cache.redis.exists(*Keys(event).all) == 0


async def test_it_does_not_count_for_the_one_event_a_coupon_serves(subgraph: SubgraphUnderTest) -> None:
    event = await create_scheduled(subgraph)
    coupon = (await read(subgraph, event))["coupon"]["id"]
    assert (await ask(subgraph, CREATE_EVENT, input=an_event(coupon))).codes == ["COUPON_IN_USE"]
    await delete(subgraph, event)
    assert (await ask(subgraph, CREATE_EVENT, input=an_event(coupon))).errors == []
    assert (await ask(subgraph, CREATE_EVENT, input=an_event(coupon))).codes == ["COUPON_IN_USE"]


async def test_what_has_opened_stays(subgraph: SubgraphUnderTest) -> None:
    event, person = await create_event(subgraph), uuid7()
    await issue(subgraph, event, person)
    before = await read(subgraph, event)
    assert (await delete(subgraph, event)).codes == ["EVENT_STARTED"]
    await ask(subgraph, CLOSE_EVENT, id=str(event))
    assert (await delete(subgraph, event)).codes == ["EVENT_STARTED"]
    assert (await read(subgraph, event))["deletedAt"] is before["deletedAt"] is None
    assert (await issue(subgraph, event, person))["status"] == "PENDING"


async def test_what_has_opened_by_redis_clock_stays_whatever_the_clock_here_says(
    subgraph: SubgraphUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    event, past = await create_event(subgraph), clock.now() - timedelta(hours=1)
    with monkeypatch.context() as slow:
        slow.setattr("subgraphs.loyalty.coupon_events.delete.has_opened", lambda row, _: row.opens_at <= past)
        assert (await delete(subgraph, event)).codes == ["EVENT_STARTED"]
    assert (await read(subgraph, event))["status"] == "OPEN"
    assert (await issue(subgraph, event, uuid7()))["status"] == "PENDING"


@pytest.mark.parametrize("settled", [False, True])
async def test_what_was_closed_before_it_opened_never_opened(subgraph: SubgraphUnderTest, *, settled: bool) -> None:
    event = await create_scheduled(subgraph)
    await ask(subgraph, CLOSE_EVENT, id=str(event))
    if settled:
        await reconcile(subgraph, Ear(), minutes=5)
        await subgraph.cache.redis.delete(*Keys(event).all)
    assert (await delete(subgraph, event)).errors == []
    assert (await read(subgraph, event))["deletedAt"] is not None


@pytest.mark.parametrize("after", [False, True])
async def test_what_a_crash_left_is_finished(subgraph: SubgraphUnderTest, *, after: bool) -> None:
    event = await create_scheduled(subgraph)
    with dying("retire", after=after):
        assert (await delete(subgraph, event)).codes == ["INTERNAL"]
    found = await read(subgraph, event)
    assert (found["status"], found["deletedAt"]) == ("CLOSED" if after else "SCHEDULED", None)
    await finish(subgraph)
    assert (await read(subgraph, event))["deletedAt"] is not None
    assert await subgraph.cache.redis.exists(*Keys(event).all) == 0


async def test_a_crash_before_its_gate_is_removed_leaves_one_that_lets_nobody_in(subgraph: SubgraphUnderTest) -> None:
    event = await create_scheduled(subgraph)
    with dying("remove", after=False):
        assert (await delete(subgraph, event)).errors == []
    answer = await subgraph.graphql(ISSUE, {"id": str(event)}, user=uuid7())
    assert answer.data["issueCoupon"]["status"] == "REJECTED"
    assert (await subgraph.graphql(PUBLIC, {"id": str(event)})).data["couponEvent"] is None


async def test_what_had_opened_before_it_was_finished_stays(subgraph: SubgraphUnderTest) -> None:
    event = await create_scheduled(subgraph)
    with dying("retire", after=False):
        await delete(subgraph, event)
    await pass_time(subgraph, event, hours=1)
    assert (await issue(subgraph, event, uuid7()))["status"] == "PENDING"
    await finish(subgraph)
    found = await read(subgraph, event)
    assert (found["status"], found["deletedAt"]) == ("OPEN", None)


async def test_with_redis_away_it_is_kept_and_made_when_it_is_back(subgraph: SubgraphUnderTest) -> None:
    event = await create_scheduled(subgraph)
    with away("retire"):
        assert (await delete(subgraph, event)).codes == ["UNAVAILABLE"]
        assert (await delete(subgraph, event)).codes == ["UNAVAILABLE"]
    assert (await read(subgraph, event))["deletedAt"] is None
    await finish(subgraph)
    assert (await read(subgraph, event))["deletedAt"] is not None


async def test_an_event_without_a_gate_yet_is_deleted_once_it_has_one(subgraph: SubgraphUnderTest) -> None:
    with away("write"):
        event = await create_scheduled(subgraph)
    assert (await delete(subgraph, event)).codes == ["UNAVAILABLE"]
    await finish(subgraph)
    assert (await read(subgraph, event))["deletedAt"] is not None


async def test_deleting_at_once_is_done_once(subgraph: SubgraphUnderTest) -> None:
    event = await create_scheduled(subgraph)
    answers = await asyncio.gather(*(delete(subgraph, event) for _ in range(5)))
    assert sorted(code for answer in answers for code in answer.codes) in (
        [],
        *(["NOT_FOUND"] * n for n in range(1, 5)),
    )
    assert (await delete(subgraph, event)).codes == ["NOT_FOUND"]
    assert (await update(subgraph, event, name="New")).codes == ["NOT_FOUND"]


async def test_a_deleted_event_is_left_alone_by_all_that_goes_by_the_clock(subgraph: SubgraphUnderTest) -> None:
    event = await create_scheduled(subgraph)
    await delete(subgraph, event)
    before = await read(subgraph, event)
    await finish(subgraph)
    await reconcile(subgraph, Ear(), minutes=90)
    await record_all(subgraph)
    assert await read(subgraph, event) == before
    assert await subgraph.cache.redis.exists(*Keys(event).all) == 0
