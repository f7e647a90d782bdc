"""However many rows: a fixed number of SQL statements, and one round trip to Redis."""

from datetime import timedelta
from typing import Any

import pytest

from chassis import clock
from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from tests.loyalty.backoffice import ask, create_event, text
from tests.loyalty.bookings import Booking, own_coupon
from tests.loyalty.pipeline import record_all

EVENTS = """query ($first: Int!) { couponEvents(first: $first) { totalCount nodes {
    name status remaining coupon { name } viewerIssuance { status rank userCoupon { status coupon { name } } } } } }"""
STOCKS = """query ($first: Int!) { couponEvents(first: $first) { nodes {
    status coupon { name issued used } stock { accepted recorded deadLettered remaining } createdBy { id } } } }"""
COUPONS = "query ($first: Int!) { coupons(first: $first) { nodes { name issued used } } }"
ENTITIES = "query ($of: [_Any!]!) { _entities(representations: $of) { ... on %s } }"
COUPON = ENTITIES % "Coupon { name }"
EVENT = ENTITIES % "CouponEvent { status remaining viewerIssuance { status } coupon { name } }"
ISSUANCE = ENTITIES % "CouponIssuance { status couponEvent { name } userCoupon { status } }"
USER_COUPON = ENTITIES % "UserCoupon { status coupon { name } couponEvent { name status } booking { id } }"
ISSUE = "mutation ($id: ID!) { issueCoupon(couponEventId: $id) { id } }"
MINE = """query ($of: [_Any!]!, $first: Int!) { _entities(representations: $of) { ... on Viewer {
    coupons(first: $first) { nodes {
        status coupon { name } couponEvent { name status remaining } booking { id } } } } } }"""


@pytest.fixture
async def world(subgraph: SubgraphUnderTest) -> dict[str, Any]:
    """50 events; the viewer won at the first 40 of them, of which 20 are recorded, and holds one for a booking."""
    viewer, issuances, now = uuid7(), [], clock.now()
    events = [await create_event(subgraph, closesAt=text(now + timedelta(hours=1 + at))) for at in range(50)]
    for number, event in enumerate(events[:40]):
        answer = await subgraph.graphql(ISSUE, {"id": str(event)}, user=viewer)
        issuances.append(answer.data["issueCoupon"]["id"])
        if number == 19:
            await record_all(subgraph)
    await Booking(subgraph, viewer).hold(await own_coupon(subgraph, viewer))
    return {"viewer": viewer, "events": events, "issuances": issuances}


async def cost(
    subgraph: SubgraphUnderTest, round_trips: list[int], document: str, world: dict[str, Any], **variables: Any
) -> tuple[int, int]:
    """SQL statements and round trips to Redis that one operation takes, which must answer without errors."""
    await subgraph.graphql("{ __typename }", user=world["viewer"])
    subgraph.sql.clear()
    round_trips.clear()
    answer = await subgraph.graphql(document, variables, user=world["viewer"])
    assert answer.errors == []
    return len(subgraph.sql), len(round_trips)


async def test_a_page_of_50_events_with_all_the_viewer_wants_to_know(
    subgraph: SubgraphUnderTest, world: dict[str, Any], round_trips: list[int]
) -> None:
    answer = await subgraph.graphql(EVENTS, {"first": 50}, user=world["viewer"])
    nodes = answer.data["couponEvents"]["nodes"]
    assert (len(nodes), answer.data["couponEvents"]["totalCount"]) == (50, 50)
    found = [(node["viewerIssuance"] or {}).get("status") for node in nodes]
    assert found == ["ISSUED"] * 20 + ["PENDING"] * 20 + [None] * 10
    assert [node["remaining"] for node in nodes] == [99] * 40 + [100] * 10
    # The page, its count, the coupons, the issuances, and the coupons that were issued.
    assert await cost(subgraph, round_trips, EVENTS, world, first=50) == (5, 1)
    assert await cost(subgraph, round_trips, EVENTS, world, first=2) == (5, 1)


async def test_a_page_of_50_events_in_the_back_office(
    subgraph: SubgraphUnderTest, world: dict[str, Any], round_trips: list[int]
) -> None:
    for first in (50, 2):
        subgraph.sql.clear()
        round_trips.clear()
        answer = await ask(subgraph, STOCKS, first=first)
        assert (answer.errors, len(answer.data["couponEvents"]["nodes"])) == ([], first)
        # The page, the coupons and how many own them, what is recorded, and what is dead.
        assert (len(subgraph.sql), len(round_trips)) == (5, 1)


async def test_a_page_of_coupons_in_the_back_office(
    subgraph: SubgraphUnderTest, world: dict[str, Any], round_trips: list[int]
) -> None:
    for first in (50, 2):
        subgraph.sql.clear()
        round_trips.clear()
        assert (await ask(subgraph, COUPONS, first=first)).errors == []
        assert (len(subgraph.sql), len(round_trips)) == (2, 0), subgraph.sql


@pytest.mark.parametrize(
    ("document", "kind", "ids", "spent"),
    [
        # The events, the issuances, the coupons.
        (EVENT, "CouponEvent", "events", (3, 1)),
        # The recorded ones, the running events for the others; the events, the coupons of the recorded.
        (ISSUANCE, "CouponIssuance", "issuances", (4, 1)),
        (COUPON, "Coupon", "events", (1, 0)),
    ],
)
async def test_entities_of_one_kind(
    subgraph: SubgraphUnderTest,
    world: dict[str, Any],
    round_trips: list[int],
    document: str,
    kind: str,
    ids: str,
    spent: tuple[int, int],
) -> None:
    recorded, pending = world[ids][:20], world[ids][20:40]
    for many in (20, 1):
        of = [{"__typename": kind, "id": str(each)} for each in (*recorded[:many], *pending[:many])]
        assert await cost(subgraph, round_trips, document, world, of=of) == spent


async def test_a_viewers_coupons_with_their_events_and_bookings(
    subgraph: SubgraphUnderTest, world: dict[str, Any], round_trips: list[int]
) -> None:
    of = [{"__typename": "Viewer", "id": str(world["viewer"])}]
    for first in (50, 2):
        # The page with coupons and bookings in it, and the events.
        assert await cost(subgraph, round_trips, MINE, world, of=of, first=first) == (2, 1)


async def test_entities_of_100_user_coupons(
    subgraph: SubgraphUnderTest, world: dict[str, Any], round_trips: list[int]
) -> None:
    viewer = world["viewer"]
    coupons = [await own_coupon(subgraph, viewer) for _ in range(100)]
    of = [{"__typename": "UserCoupon", "id": str(coupon)} for coupon in coupons]
    assert await cost(subgraph, round_trips, USER_COUPON, world, of=of) == (1, 0)
    assert await cost(subgraph, round_trips, USER_COUPON, world, of=of[:2]) == (1, 0)
