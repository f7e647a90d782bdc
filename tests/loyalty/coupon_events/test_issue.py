"""Asking for a coupon through the graph: who gets one, and what everybody else is told."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis import clock
from chassis.ids import uuid7
from chassis.testing import Answer, SubgraphUnderTest
from subgraphs.loyalty.coupon_events.gate import Keys
from subgraphs.loyalty.coupon_events.rules import issuance_id
from tests.loyalty.backoffice import CLOSE_EVENT, ask, create_event, redis_away, stock
from tests.loyalty.coupon_events.changes import create_scheduled, pass_time
from tests.loyalty.pipeline import Ear, reconcile, record_all

ISSUE = """mutation ($id: ID!) { issueCoupon(couponEventId: $id) {
    id status rejection rank requestedAt couponEvent { id }
    userCoupon { status coupon { name } couponEvent { id } } } }"""


async def issue(subgraph: SubgraphUnderTest, event_id: UUID, user_id: UUID | None) -> Answer:
    return await subgraph.graphql(ISSUE, {"id": str(event_id)}, user=user_id)


async def issued(subgraph: SubgraphUnderTest, event_id: UUID, user_id: UUID) -> dict[str, Any]:
    answer = await issue(subgraph, event_id, user_id)
    assert answer.errors == []
    found: dict[str, Any] = answer.data["issueCoupon"]
    return found


async def rejected(subgraph: SubgraphUnderTest, event_id: UUID) -> str:
    """Why somebody new is not given one; nothing is kept of it."""
    found = await issued(subgraph, event_id, uuid7())
    assert (found["status"], found["rank"], found["userCoupon"]) == ("REJECTED", None, None)
    return str(found["rejection"])


async def test_whoever_is_accepted_is_told_so_at_once(subgraph: SubgraphUnderTest) -> None:
    event, person = await create_event(subgraph), uuid7()
    found = await issued(subgraph, event, person)
    asked_at = datetime.fromisoformat(found.pop("requestedAt"))
    assert abs(clock.now() - asked_at) < timedelta(minutes=1)
    assert found == {
        "id": str(issuance_id(event, person)),
        "status": "PENDING",
        "rejection": None,
        "rank": 1,
        "couponEvent": {"id": str(event)},
        "userCoupon": None,
    }


async def test_whoever_asks_again_is_answered_the_same_and_once_it_is_recorded_has_the_coupon(
    subgraph: SubgraphUnderTest,
) -> None:
    event, person = await create_event(subgraph), uuid7()
    first = await issued(subgraph, event, person)
    assert await issued(subgraph, event, person) == first
    await record_all(subgraph)
    assert await issued(subgraph, event, person) == first | {
        "status": "ISSUED",
        "userCoupon": {
            "status": "AVAILABLE",
            "coupon": {"name": "Ten percent"},
            "couponEvent": {"id": str(event)},
        },
    }
    assert (await stock(subgraph, event))["accepted"] == 1


@pytest.mark.parametrize(("passed", "reason"), [(0, "NOT_OPEN_YET"), (2, "ENDED")])
async def test_outside_of_its_window_an_event_gives_nothing(
    subgraph: SubgraphUnderTest, passed: int, reason: str
) -> None:
    event = await create_scheduled(subgraph)
    await pass_time(subgraph, event, hours=passed)
    assert await rejected(subgraph, event) == reason
    assert (await stock(subgraph, event))["accepted"] == 0


async def test_a_sold_out_event_gives_nothing_more_and_answers_its_winner_again(subgraph: SubgraphUnderTest) -> None:
    event, winner = await create_event(subgraph, quantity=1), uuid7()
    first = await issued(subgraph, event, winner)
    assert [await rejected(subgraph, event) for _ in range(3)] == ["SOLD_OUT"] * 3
    assert await issued(subgraph, event, winner) == first
    assert (await stock(subgraph, event))["accepted"] == 1


async def test_a_closed_event_gives_nothing_more_and_answers_its_winner_again(subgraph: SubgraphUnderTest) -> None:
    event, winner = await create_event(subgraph), uuid7()
    first = await issued(subgraph, event, winner)
    await ask(subgraph, CLOSE_EVENT, id=str(event))
    assert await rejected(subgraph, event) == "CLOSED"
    assert await issued(subgraph, event, winner) == first
    assert (await stock(subgraph, event))["accepted"] == 1


async def test_a_lost_gate_answers_nobody_and_nothing_changes(subgraph: SubgraphUnderTest) -> None:
    event, winner = await create_event(subgraph), uuid7()
    await issued(subgraph, event, winner)
    await subgraph.cache.redis.delete(*Keys(event).all)
    for person in (winner, uuid7()):
        answer = await issue(subgraph, event, person)
        assert answer.codes == ["UNAVAILABLE"]
        assert answer.errors[0]["extensions"]["retryAfter"] == 1
    assert await subgraph.cache.redis.exists(*Keys(event).all) == 0


async def test_a_lost_gate_still_answers_whoever_has_the_coupon_already(subgraph: SubgraphUnderTest) -> None:
    event, winner = await create_event(subgraph), uuid7()
    await issued(subgraph, event, winner)
    await record_all(subgraph)
    await subgraph.cache.redis.delete(*Keys(event).all)
    assert (await issued(subgraph, event, winner))["status"] == "ISSUED"
    assert (await issue(subgraph, event, uuid7())).codes == ["UNAVAILABLE"]


async def test_of_a_settled_event_the_rows_know_everything(subgraph: SubgraphUnderTest) -> None:
    event, winner = await create_event(subgraph, quantity=1), uuid7()
    await issued(subgraph, event, winner)
    await record_all(subgraph)
    await reconcile(subgraph, Ear(), minutes=5)
    await subgraph.cache.redis.delete(*Keys(event).all)
    assert (await issued(subgraph, event, winner))["status"] == "ISSUED"
    assert await rejected(subgraph, event) == "SOLD_OUT"


async def test_of_a_settled_event_it_is_known_also_while_redis_is_away_and_of_others_it_is_not(
    subgraph: SubgraphUnderTest,
) -> None:
    settled, running, winner = await create_event(subgraph, quantity=1), await create_event(subgraph), uuid7()
    await issued(subgraph, settled, winner)
    await record_all(subgraph)
    await reconcile(subgraph, Ear(), minutes=5)
    with redis_away():
        assert (await issued(subgraph, settled, winner))["status"] == "ISSUED"
        assert await rejected(subgraph, settled) == "SOLD_OUT"
        assert (await issue(subgraph, running, winner)).codes == ["UNAVAILABLE"]
    assert (await stock(subgraph, running))["accepted"] == 0


async def test_an_event_that_is_not_there_is_not_found(subgraph: SubgraphUnderTest) -> None:
    assert (await issue(subgraph, uuid7(), uuid7())).codes == ["NOT_FOUND"]


async def test_nobody_who_is_not_signed_in_gets_one(subgraph: SubgraphUnderTest) -> None:
    event = await create_event(subgraph)
    assert (await issue(subgraph, event, None)).codes == ["UNAUTHENTICATED"]
    assert (await stock(subgraph, event))["accepted"] == 0


async def test_an_id_that_is_none_is_refused(subgraph: SubgraphUnderTest) -> None:
    answer = await subgraph.graphql(ISSUE, {"id": "none"}, user=uuid7())
    assert answer.codes == ["INVALID_INPUT"]
    assert answer.errors[0]["extensions"]["fields"] == [{"field": "couponEventId", "code": "NOT_A_UUID"}]


async def test_asking_is_one_round_trip_to_redis_and_none_to_postgresql(
    subgraph: SubgraphUnderTest, round_trips: list[int]
) -> None:
    event = await create_event(subgraph)
    await issued(subgraph, event, uuid7())
    subgraph.sql.clear()
    round_trips.clear()
    document = "mutation ($id: ID!) { issueCoupon(couponEventId: $id) { id status rejection rank requestedAt } }"
    answer = await subgraph.graphql(document, {"id": str(event)}, user=uuid7())
    assert answer.data["issueCoupon"]["status"] == "PENDING"
    assert (subgraph.sql, len(round_trips)) == ([], 1)
