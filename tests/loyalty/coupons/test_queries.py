"""What people see of the coupons they own, and of nobody else's."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis import clock
from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from tests.loyalty.backoffice import ask, revoke, text
from tests.loyalty.bookings import Booking, own_coupon

MINE = """query ($of: [_Any!]!, $statuses: [UserCouponStatus!], $orderBy: UserCouponOrder! = ISSUED_AT_DESC,
                $first: Int! = 20, $after: String) {
    _entities(representations: $of) { ... on Viewer {
        coupons(statuses: $statuses, orderBy: $orderBy, first: $first, after: $after) {
            nodes { id status coupon { name } couponEvent { id } booking { id } }
            totalCount pageInfo { hasNextPage hasPreviousPage endCursor } } } } }"""


async def mine(subgraph: SubgraphUnderTest, user_id: UUID, **variables: Any) -> dict[str, Any]:
    of = [{"__typename": "Viewer", "id": str(user_id)}]
    answer = await subgraph.graphql(MINE, {"of": of, **variables}, user=user_id)
    assert answer.errors == []
    found: dict[str, Any] = answer.data["_entities"][0]["coupons"]
    return found


async def ids(subgraph: SubgraphUnderTest, user_id: UUID, **variables: Any) -> list[UUID]:
    return [UUID(node["id"]) for node in (await mine(subgraph, user_id, **variables))["nodes"]]


async def test_a_viewer_sees_their_own_coupons_newest_first(subgraph: SubgraphUnderTest) -> None:
    viewer = uuid7()
    older, newer = await own_coupon(subgraph, viewer, name="Older"), await own_coupon(subgraph, viewer, name="Newer")
    await own_coupon(subgraph, uuid7())
    found = await mine(subgraph, viewer)
    assert found["nodes"] == [
        {
            "id": str(coupon),
            "status": "AVAILABLE",
            "coupon": {"name": name},
            "couponEvent": None,
            "booking": None,
        }
        for coupon, name in ((newer, "Newer"), (older, "Older"))
    ]
    assert found["totalCount"] == 2


async def test_a_viewer_is_answered_only_to_themselves(subgraph: SubgraphUnderTest) -> None:
    owner = uuid7()
    await own_coupon(subgraph, owner)
    of = {"of": [{"__typename": "Viewer", "id": str(owner)}]}
    for asker in (uuid7(), None):
        answer = await subgraph.graphql(MINE, of, user=asker)
        assert (answer.data, answer.errors) == ({"_entities": [None]}, [])


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (None, {"free", "held", "used", "expired", "revoked"}),
        ([], set()),
        (["AVAILABLE"], {"free"}),
        (["HELD"], {"held"}),
        (["USED"], {"used"}),
        (["EXPIRED"], {"expired"}),
        (["HELD", "USED"], {"held", "used"}),
        (["REVOKED"], {"revoked"}),
    ],
)
async def test_coupons_are_found_by_how_they_stand(
    subgraph: SubgraphUnderTest, statuses: list[str] | None, expected: set[str]
) -> None:
    viewer = uuid7()
    coupons = {
        "free": await own_coupon(subgraph, viewer),
        "held": await own_coupon(subgraph, viewer),
        "used": await own_coupon(subgraph, viewer),
        "expired": await own_coupon(subgraph, viewer, over=True),
        "revoked": await own_coupon(subgraph, viewer, over=True),
    }
    await revoke(subgraph, coupons["revoked"])
    await Booking(subgraph, viewer).hold(coupons["held"])
    booking = Booking(subgraph, viewer)
    await booking.hold(coupons["used"])
    await booking.spend()
    found = await mine(subgraph, viewer, statuses=statuses)
    assert {UUID(node["id"]) for node in found["nodes"]} == {coupons[name] for name in expected}
    assert found["totalCount"] == len(expected)
    names = {str(coupon): name for name, coupon in coupons.items()}
    stands = {"free": "AVAILABLE", "held": "HELD", "used": "USED", "expired": "EXPIRED", "revoked": "REVOKED"}
    assert all(node["status"] == stands[names[node["id"]]] for node in found["nodes"])


async def test_coupons_can_be_seen_in_the_order_in_which_they_end(subgraph: SubgraphUnderTest) -> None:
    viewer, now = uuid7(), clock.now()
    ends = [await own_coupon(subgraph, viewer, usableUntil=text(now + timedelta(days=days))) for days in (3, 1, 2)]
    assert await ids(subgraph, viewer, orderBy="USABLE_UNTIL_ASC") == [ends[1], ends[2], ends[0]]
    first = await mine(subgraph, viewer, orderBy="USABLE_UNTIL_ASC", first=2)
    assert first["pageInfo"]["hasNextPage"] is True
    rest = await ids(subgraph, viewer, orderBy="USABLE_UNTIL_ASC", first=2, after=first["pageInfo"]["endCursor"])
    assert rest == [ends[0]]


async def test_what_was_issued_is_seen_and_counted_although_its_coupon_is_deleted(subgraph: SubgraphUnderTest) -> None:
    viewer = uuid7()
    await own_coupon(subgraph, viewer, name="Withdrawn")
    coupons = await ask(subgraph, "{ coupons { nodes { id } } }")
    [coupon] = coupons.data["coupons"]["nodes"]
    await ask(subgraph, "mutation ($id: ID!) { deleteCoupon(couponId: $id) { id } }", id=coupon["id"])
    found = await mine(subgraph, viewer)
    assert ([node["coupon"]["name"] for node in found["nodes"]], found["totalCount"]) == (["Withdrawn"], 1)


@pytest.mark.parametrize("first", [0, 101, -1])
async def test_a_page_has_1_to_100_coupons(subgraph: SubgraphUnderTest, first: int) -> None:
    viewer = uuid7()
    of = [{"__typename": "Viewer", "id": str(viewer)}]
    answer = await subgraph.graphql(MINE, {"of": of, "first": first}, user=viewer)
    assert answer.codes == ["INVALID_INPUT"]


async def test_a_user_coupon_is_answered_only_to_whose_it_is(subgraph: SubgraphUnderTest) -> None:
    owner = uuid7()
    coupon = await own_coupon(subgraph, owner)
    document = "query ($of: [_Any!]!) { _entities(representations: $of) { ... on UserCoupon { status } } }"
    of = {"of": [{"__typename": "UserCoupon", "id": str(each)} for each in (coupon, uuid7())]}
    assert (await subgraph.graphql(document, of, user=owner)).data == {"_entities": [{"status": "AVAILABLE"}, None]}
    for asker in (uuid7(), None):
        assert (await subgraph.graphql(document, of, user=asker)).data == {"_entities": [None, None]}
