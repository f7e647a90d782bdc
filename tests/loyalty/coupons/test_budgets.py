"""However many coupons and people: a fixed number of SQL statements, and one round trip to Redis."""

from typing import Any
from uuid import UUID

import pytest

from chassis import clock
from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.loyalty.coupons.award import award_coupons
from subgraphs.loyalty.coupons.tables import UserCoupon
from tests.loyalty.backoffice import ADMIN, ask, create_coupon, create_event
from tests.loyalty.bookings import Booking

ENTITIES = "query ($of: [_Any!]!) { _entities(representations: $of) { ... on %s } }"
PUBLIC = {
    "Coupon": "Coupon { name discount { percent } }",
    "UserCoupon": "UserCoupon { status coupon { name } couponEvent { name status remaining } booking { id } }",
    "Viewer": """Viewer { coupons(first: 100) { totalCount nodes {
        status coupon { name } couponEvent { name status remaining } booking { id } } } }""",
    "Quotes": """Viewer { couponQuotes(amount: 100000) { discount { amount } maxPoints refusal
        userCoupon { status coupon { name } couponEvent { name } booking { id } } } }""",
}
ADMINS = {
    "Coupon": "Coupon { name issued used createdBy { id } }",
    "UserCoupon": "UserCoupon { status user { id } coupon { name issued used } }",
    "User": "User { coupons(first: 2) { totalCount nodes { status coupon { name issued used } } } }",
}
PAGE = "query ($first: Int!) { coupons(first: $first) { totalCount nodes { name issued used deletedBy { id } } } }"


@pytest.fixture
async def world(subgraph: SubgraphUnderTest) -> dict[str, list[UUID]]:
    """60 coupons, of which 10 are given out by events. The first of 50 people owns 100; each owns two at least."""
    event_coupons, coupons = [], [await create_coupon(subgraph, kind="UNLIMITED", quantity=None) for _ in range(50)]
    events = [await create_event(subgraph, quantity=None) for _ in range(10)]
    for event in events:
        answer = await ask(subgraph, "query ($id: ID!) { couponEvent(id: $id) { coupon { id } } }", id=str(event))
        event_coupons.append(UUID(answer.data["couponEvent"]["coupon"]["id"]))
    users = [uuid7() for _ in range(50)]
    owned = [of_event(users[0], coupon, event) for coupon, event in zip(event_coupons, events, strict=True)]
    owned += [granted(users[0], coupon) for coupon in coupons for _ in range(2)][:90]
    others = [granted(user, coupon) for user in users[1:] for coupon in coupons[:3]]
    async with subgraph.database.transaction() as session:
        await award_coupons(session, [*owned, *others])
    for each in owned[::10]:
        await Booking(subgraph, users[0]).hold(each.id)
    return {"Coupon": [*coupons, *event_coupons], "UserCoupon": [each.id for each in owned], "User": users}


def granted(user_id: UUID, coupon_id: UUID) -> UserCoupon:
    how = {"granted_by": ADMIN, "grant_key": str(uuid7()), "grant_reason": "For the test."}
    return UserCoupon(user_id=user_id, coupon_id=coupon_id, issued_at=clock.now(), **how)


def of_event(user_id: UUID, coupon_id: UUID, event_id: UUID) -> UserCoupon:
    return UserCoupon(user_id=user_id, coupon_id=coupon_id, coupon_event_id=event_id, issued_at=clock.now())


def of(kind: str, ids: list[UUID]) -> list[dict[str, str]]:
    return [{"__typename": kind, "id": str(each)} for each in ids]


@pytest.mark.parametrize(
    ("asked", "kind", "spent"),
    [
        ("Coupon", "Coupon", (1, 0)),
        # With their coupons and bookings in one, then the events, then their gates.
        ("UserCoupon", "UserCoupon", (2, 1)),
        # The page and its count, the events, their gates.
        ("Viewer", "Viewer", (3, 1)),
        # The coupons, the account of points, the events.
        ("Quotes", "Viewer", (3, 0)),
    ],
)
async def test_what_people_see_of_coupons(
    subgraph: SubgraphUnderTest,
    world: dict[str, list[UUID]],
    round_trips: list[int],
    asked: str,
    kind: str,
    spent: tuple[int, int],
) -> None:
    viewer = world["User"][0]
    everything = world.get(kind, [viewer])
    for ids in (everything, everything[:1]):
        subgraph.sql.clear()
        round_trips.clear()
        answer = await subgraph.graphql(ENTITIES % PUBLIC[asked], {"of": of(kind, ids)}, user=viewer)
        assert (answer.errors, None in answer.data["_entities"]) == ([], False)
        assert (len(subgraph.sql), len(round_trips)) == spent
    assert {"Coupon": 60, "UserCoupon": 100, "Viewer": 1}[kind] == len(everything)


@pytest.mark.parametrize(
    ("kind", "spent"),
    [
        # The coupons, and how many own and used each.
        ("Coupon", 2),
        ("UserCoupon", 2),
        # The pages and their counts, and how many own and used each coupon.
        ("User", 3),
    ],
)
async def test_what_the_back_office_sees_of_coupons(
    subgraph: SubgraphUnderTest, world: dict[str, list[UUID]], round_trips: list[int], kind: str, spent: int
) -> None:
    for ids in (world[kind], world[kind][:1]):
        subgraph.sql.clear()
        round_trips.clear()
        answer = await ask(subgraph, ENTITIES % ADMINS[kind], of=of(kind, ids))
        assert (answer.errors, None in answer.data["_entities"]) == ([], False)
        assert (len(subgraph.sql), len(round_trips)) == (spent, 0)


@pytest.mark.usefixtures("world")
async def test_a_page_of_the_back_offices_coupons(subgraph: SubgraphUnderTest, round_trips: list[int]) -> None:
    for first in (50, 2):
        subgraph.sql.clear()
        round_trips.clear()
        answer: Any = await ask(subgraph, PAGE, first=first)
        assert (answer.errors, len(answer.data["coupons"]["nodes"])) == ([], first)
        # The page, its count, and how many own and used each.
        assert (len(subgraph.sql), len(round_trips)) == (3, 0)
