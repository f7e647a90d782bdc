"""Coupons in the back office."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis import clock
from chassis.ids import uuid7
from chassis.roles import Role
from chassis.testing import SubgraphUnderTest
from tests.loyalty.backoffice import ADMIN, CREATE_COUPON, a_coupon, ask, create_coupon, text

ALL_OF_IT = """mutation ($input: CreateCouponInput!) { createCoupon(input: $input) {
    name kind discount { kind percent amount { amount currency } cap { amount currency } }
    minimumOrder { amount } maximumOrder { amount } usableFrom usableUntil quantity issued used
    createdBy { id } updatedBy { id } deletedAt deletedBy { id } } }"""
NAMES = """query (
    $filter: CouponFilter! = {}, $orderBy: CouponOrder! = CREATED_AT_DESC, $first: Int! = 20, $after: String
) { coupons(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
        nodes { name } totalCount pageInfo { hasNextPage endCursor } } }"""
DELETE = "mutation ($id: ID!) { deleteCoupon(couponId: $id) { deletedAt deletedBy { id } } }"


async def names(subgraph: SubgraphUnderTest, **variables: Any) -> list[str]:
    answer = await ask(subgraph, NAMES, **variables)
    assert answer.errors == []
    return [node["name"] for node in answer.data["coupons"]["nodes"]]


async def test_a_coupon_is_created_as_it_was_described(subgraph: SubgraphUnderTest) -> None:
    now = clock.now().replace(microsecond=0)
    answer = await ask(
        subgraph,
        ALL_OF_IT,
        input={
            "name": "여름",
            "kind": "LIMITED",
            "discount": {"kind": "PERCENTAGE", "percent": 15, "cap": "30000.9"},
            "minimumOrder": 50000,
            "usableFrom": text(now),
            "usableUntil": text(now + timedelta(days=7)),
            "quantity": 10,
        },
    )
    assert answer.errors == []
    assert answer.data["createCoupon"] == {
        "name": "여름",
        "kind": "LIMITED",
        "discount": {
            "kind": "PERCENTAGE",
            "percent": 15,
            "amount": None,
            "cap": {"amount": 30000, "currency": "KRW"},
        },
        "minimumOrder": {"amount": 50000},
        "maximumOrder": None,
        "usableFrom": now.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "usableUntil": (now + timedelta(days=7)).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "quantity": 10,
        "issued": 0,
        "used": 0,
        "createdBy": {"id": str(ADMIN)},
        "updatedBy": {"id": str(ADMIN)},
        "deletedAt": None,
        "deletedBy": None,
    }


async def test_what_makes_no_coupon_is_refused_and_not_stored(subgraph: SubgraphUnderTest) -> None:
    answer = await ask(subgraph, CREATE_COUPON, input=a_coupon(name=" ", quantity=0))
    assert answer.codes == ["INVALID_INPUT"]
    assert answer.errors[0]["extensions"]["fields"] == [
        {"field": "name", "code": "EMPTY"},
        {"field": "quantity", "code": "OUT_OF_RANGE"},
    ]
    assert await names(subgraph) == []


@pytest.mark.parametrize(
    ("role", "code"), [(Role.GUEST, "FORBIDDEN"), (Role.HOST, "FORBIDDEN"), (None, "UNAUTHENTICATED")]
)
async def test_only_administrators_create_coupons(subgraph: SubgraphUnderTest, role: Role | None, code: str) -> None:
    who: dict[str, Any] = {"user": uuid7(), "role": role} if role else {}
    answer = await subgraph.graphql(CREATE_COUPON, {"input": a_coupon()}, face="admin", **who)
    assert answer.codes == [code]
    assert await names(subgraph) == []


async def test_coupons_are_found_by_words_and_kind(subgraph: SubgraphUnderTest) -> None:
    await create_coupon(subgraph, name="100% Summer_time")
    await create_coupon(subgraph, name="Summertime", kind="UNLIMITED", quantity=None)
    await create_coupon(subgraph, name="Winter")
    assert await names(subgraph, filter={"text": "summer"}) == ["Summertime", "100% Summer_time"]
    assert await names(subgraph, filter={"text": "summer_"}) == ["100% Summer_time"]
    assert await names(subgraph, filter={"text": "100%"}) == ["100% Summer_time"]
    assert await names(subgraph, filter={"kinds": ["UNLIMITED"]}) == ["Summertime"]
    assert await names(subgraph, filter={"kinds": []}) == []
    assert await names(subgraph, orderBy="NAME_ASC") == ["100% Summer_time", "Summertime", "Winter"]


async def test_pages_follow_each_other(subgraph: SubgraphUnderTest) -> None:
    for number in range(5):
        await create_coupon(subgraph, name=f"{number}")
    first = (await ask(subgraph, NAMES, first=3, orderBy="NAME_ASC")).data["coupons"]
    assert ([node["name"] for node in first["nodes"]], first["totalCount"]) == (["0", "1", "2"], 5)
    after = first["pageInfo"]["endCursor"]
    assert await names(subgraph, first=3, orderBy="NAME_ASC", after=after) == ["3", "4"]
    assert (await ask(subgraph, NAMES, first=3, orderBy="CREATED_AT_ASC", after=after)).codes == ["INVALID_INPUT"]


async def test_a_deleted_coupon_is_out_of_every_list_but_that_of_the_deleted(subgraph: SubgraphUnderTest) -> None:
    kept, gone = await create_coupon(subgraph, name="Kept"), await create_coupon(subgraph, name="Gone")
    deleted = (await ask(subgraph, DELETE, id=str(gone))).data["deleteCoupon"]
    assert deleted["deletedBy"] == {"id": str(ADMIN)}
    assert deleted["deletedAt"] is not None
    assert await names(subgraph) == ["Kept"]
    assert await names(subgraph, filter={"deleted": True}) == ["Gone"]
    answer = await ask(subgraph, NAMES, filter={"deleted": True})
    assert answer.data["coupons"]["totalCount"] == 1
    public = "query ($id: ID!) { coupon(id: $id) { name } }"
    assert (await subgraph.graphql(public, {"id": str(gone)})).data == {"coupon": None}
    assert (await subgraph.graphql(public, {"id": str(kept)})).data == {"coupon": {"name": "Kept"}}


async def test_a_coupon_is_deleted_once(subgraph: SubgraphUnderTest) -> None:
    coupon = await create_coupon(subgraph)
    assert (await ask(subgraph, DELETE, id=str(coupon))).errors == []
    assert (await ask(subgraph, DELETE, id=str(coupon))).codes == ["NOT_FOUND"]
    assert (await ask(subgraph, DELETE, id=str(uuid7()))).codes == ["NOT_FOUND"]


async def test_references_are_answered_to_administrators_only(subgraph: SubgraphUnderTest) -> None:
    coupon: UUID = await create_coupon(subgraph, name="Seen")
    document = """query ($of: [_Any!]!) { _entities(representations: $of) { ... on Coupon { name } } }"""
    of = {"of": [{"__typename": "Coupon", "id": str(coupon)}]}
    assert (await ask(subgraph, document, **of)).data == {"_entities": [{"name": "Seen"}]}
    guest = await subgraph.graphql(document, of, user=uuid7(), face="admin")
    assert guest.data == {"_entities": [None]}
