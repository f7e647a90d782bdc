"""What people see of coupon events and of their own issuances."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis import clock
from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.loyalty.coupon_events.gate import Keys
from tests.loyalty.askers import issue
from tests.loyalty.backoffice import CLOSE_EVENT, ask, create_event, redis_away, text
from tests.loyalty.coupon_events.changes import pass_time
from tests.loyalty.pipeline import Ear, reconcile, record_all

EVENT = "query ($id: ID!) { couponEvent(id: $id) { name status remaining viewerIssuance { id status } } }"
LIST = """query ($filter: CouponEventFilter! = {}, $orderBy: CouponEventOrder! = CLOSES_AT_ASC) {
    couponEvents(filter: $filter, orderBy: $orderBy) { nodes { name status } totalCount } }"""
UNAVAILABLE = "query ($id: ID!) { couponEvent(id: $id) { stock { unavailableSince } } }"
ISSUANCE = "query ($id: ID!) { couponIssuance(id: $id) { status rank rejection couponEvent { name } } }"


async def event_for(subgraph: SubgraphUnderTest, event_id: UUID, user_id: UUID | None = None) -> dict[str, Any]:
    answer = await subgraph.graphql(EVENT, {"id": str(event_id)}, user=user_id)
    assert answer.errors == []
    found: dict[str, Any] = answer.data["couponEvent"]
    return found


async def names(subgraph: SubgraphUnderTest, **variables: Any) -> list[str]:
    answer = await subgraph.graphql(LIST, variables)
    assert answer.errors == []
    assert answer.data["couponEvents"]["totalCount"] == len(answer.data["couponEvents"]["nodes"])
    return [node["name"] for node in answer.data["couponEvents"]["nodes"]]


@pytest.fixture
async def one_of_each(subgraph: SubgraphUnderTest) -> None:
    """An event for each way in which one can stand."""
    now, hour = clock.now(), timedelta(hours=1)
    ended = await create_event(subgraph, name="ENDED", closesAt=text(now + hour))
    await pass_time(subgraph, ended, hours=1)
    await create_event(subgraph, name="SCHEDULED", opensAt=text(now + hour), closesAt=text(now + 5 * hour))
    await create_event(subgraph, name="OPEN", closesAt=text(now + 2 * hour), description="All of SUMMER")
    sold_out = await create_event(subgraph, quantity=1, name="SOLD_OUT", closesAt=text(now + 3 * hour))
    await issue(subgraph, sold_out, uuid7())
    await record_all(subgraph)
    closed = await create_event(subgraph, name="CLOSED", closesAt=text(now + 4 * hour))
    await ask(subgraph, CLOSE_EVENT, id=str(closed))


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        ({}, ["OPEN", "SCHEDULED"]),
        ({"statuses": None}, ["ENDED", "OPEN", "SOLD_OUT", "CLOSED", "SCHEDULED"]),
        ({"statuses": ["OPEN"]}, ["OPEN"]),
        ({"statuses": ["SCHEDULED"]}, ["SCHEDULED"]),
        ({"statuses": ["SOLD_OUT"]}, ["SOLD_OUT"]),
        ({"statuses": ["ENDED"]}, ["ENDED"]),
        ({"statuses": ["CLOSED"]}, ["CLOSED"]),
        ({"statuses": ["ENDED", "CLOSED"]}, ["ENDED", "CLOSED"]),
        ({"statuses": []}, []),
        ({"statuses": None, "text": "sold_"}, ["SOLD_OUT"]),
        ({"text": "of summer"}, ["OPEN"]),
        ({"text": "winter"}, []),
    ],
)
@pytest.mark.usefixtures("one_of_each")
async def test_events_are_found_by_how_they_stand_and_by_words(
    subgraph: SubgraphUnderTest, filter_: dict[str, Any], expected: list[str]
) -> None:
    assert await names(subgraph, filter=filter_) == expected


@pytest.mark.usefixtures("one_of_each")
async def test_each_event_says_how_it_stands(subgraph: SubgraphUnderTest) -> None:
    answer = await subgraph.graphql(LIST, {"filter": {"statuses": None}, "orderBy": "CLOSES_AT_DESC"})
    nodes = answer.data["couponEvents"]["nodes"]
    assert [node["status"] for node in nodes] == [node["name"] for node in nodes]
    assert len(nodes) == 5


async def test_what_remains_and_what_the_viewer_won_is_seen_at_once(subgraph: SubgraphUnderTest) -> None:
    event, winner = await create_event(subgraph, quantity=2), uuid7()
    assert (await event_for(subgraph, event, winner))["viewerIssuance"] is None
    issuance = (await issue(subgraph, event, winner))["id"]
    pending = {"name": "First come", "status": "OPEN", "remaining": 1}
    assert await event_for(subgraph, event, winner) == pending | {
        "viewerIssuance": {"id": issuance, "status": "PENDING"}
    }
    for other in (uuid7(), None):
        assert await event_for(subgraph, event, other) == pending | {"viewerIssuance": None}
    await record_all(subgraph)
    assert (await event_for(subgraph, event, winner))["viewerIssuance"]["status"] == "ISSUED"


async def test_the_last_coupon_sells_an_event_out_at_once(subgraph: SubgraphUnderTest) -> None:
    event = await create_event(subgraph, quantity=1)
    await issue(subgraph, event, uuid7())
    found = await event_for(subgraph, event)
    assert (found["status"], found["remaining"]) == ("SOLD_OUT", 0)


async def test_without_a_quantity_nothing_is_said_to_remain(subgraph: SubgraphUnderTest) -> None:
    event = await create_event(subgraph, quantity=None)
    await issue(subgraph, event, uuid7())
    found = await event_for(subgraph, event)
    assert (found["status"], found["remaining"]) == ("OPEN", None)


async def test_with_the_gate_lost_what_only_it_knows_is_not_guessed(subgraph: SubgraphUnderTest) -> None:
    event, winner = await create_event(subgraph), uuid7()
    await issue(subgraph, event, winner)
    await subgraph.cache.redis.delete(*Keys(event).all)
    answer = await subgraph.graphql(EVENT, {"id": str(event)}, user=winner)
    assert answer.codes == ["UNAVAILABLE", "UNAVAILABLE"]
    assert answer.data["couponEvent"] == {
        "name": "First come",
        "status": "OPEN",
        "remaining": None,
        "viewerIssuance": None,
    }


async def test_of_a_settled_event_the_rows_say_what_remains(subgraph: SubgraphUnderTest) -> None:
    event, winner = await create_event(subgraph, quantity=3), uuid7()
    await issue(subgraph, event, winner)
    await record_all(subgraph)
    await ask(subgraph, CLOSE_EVENT, id=str(event))
    await reconcile(subgraph, Ear(), minutes=5)
    await subgraph.cache.redis.delete(*Keys(event).all)
    found = await event_for(subgraph, event, winner)
    assert (found["status"], found["remaining"], found["viewerIssuance"]["status"]) == ("CLOSED", 2, "ISSUED")
    assert (await event_for(subgraph, event, uuid7()))["viewerIssuance"] is None


async def test_while_redis_is_away_events_say_what_the_rows_know(subgraph: SubgraphUnderTest) -> None:
    settled, running, winner = await create_event(subgraph, quantity=3), await create_event(subgraph), uuid7()
    await issue(subgraph, settled, winner)
    await record_all(subgraph)
    await ask(subgraph, CLOSE_EVENT, id=str(settled))
    await reconcile(subgraph, Ear(), minutes=5)
    with redis_away():
        found = await event_for(subgraph, settled, winner)
        assert (found["status"], found["remaining"], found["viewerIssuance"]["status"]) == ("CLOSED", 2, "ISSUED")
        page = await subgraph.graphql("{ couponEvents(filter: { statuses: null }) { nodes { id status } } }")
        stands = {node["id"]: node["status"] for node in page.data["couponEvents"]["nodes"]}
        assert stands == {str(settled): "CLOSED", str(running): "OPEN"}
        answer = await subgraph.graphql("query ($id: ID!) { couponEvent(id: $id) { remaining } }", {"id": str(running)})
        assert answer.codes == ["UNAVAILABLE"]
        board = await ask(subgraph, UNAVAILABLE, id=str(running))
        assert board.data["couponEvent"]["stock"]["unavailableSince"] is not None
    board = await ask(subgraph, UNAVAILABLE, id=str(running))
    assert board.data["couponEvent"]["stock"]["unavailableSince"] is None


async def test_an_issuance_is_seen_by_whose_it_is_from_both_books(subgraph: SubgraphUnderTest) -> None:
    event, winner = await create_event(subgraph), uuid7()
    issuance = (await issue(subgraph, event, winner))["id"]
    for stands in ("PENDING", "ISSUED"):
        mine = await subgraph.graphql(ISSUANCE, {"id": issuance}, user=winner)
        assert mine.data["couponIssuance"] == {
            "status": stands,
            "rank": 1,
            "rejection": None,
            "couponEvent": {"name": "First come"},
        }
        other = await subgraph.graphql(ISSUANCE, {"id": issuance}, user=uuid7())
        assert (other.data, other.errors) == ({"couponIssuance": None}, [])
        await record_all(subgraph)


async def test_a_rejected_issuance_is_null(subgraph: SubgraphUnderTest) -> None:
    event, person = await create_event(subgraph, quantity=1), uuid7()
    await issue(subgraph, event, uuid7())
    rejected = (await issue(subgraph, event, person))["id"]
    assert (await subgraph.graphql(ISSUANCE, {"id": rejected}, user=person)).data == {"couponIssuance": None}


async def test_issuances_are_for_people_who_are_signed_in(subgraph: SubgraphUnderTest) -> None:
    assert (await subgraph.graphql(ISSUANCE, {"id": str(uuid7())})).codes == ["UNAUTHENTICATED"]


async def test_another_persons_issuance_is_null_as_an_entity_too(subgraph: SubgraphUnderTest) -> None:
    event, winner = await create_event(subgraph), uuid7()
    issuance = (await issue(subgraph, event, winner))["id"]
    document = "query ($of: [_Any!]!) { _entities(representations: $of) { ... on CouponIssuance { status } } }"
    of = {"of": [{"__typename": "CouponIssuance", "id": issuance}]}
    for stands in ("PENDING", "ISSUED"):
        assert (await subgraph.graphql(document, of, user=winner)).data == {"_entities": [{"status": stands}]}
        for asker in (uuid7(), None):
            answer = await subgraph.graphql(document, of, user=asker)
            assert (answer.data, answer.errors) == ({"_entities": [None]}, [])
        await record_all(subgraph)
