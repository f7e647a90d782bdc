"""Coupons in the back office."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis import clock
from chassis.ids import uuid7
from chassis.roles import Role
from chassis.testing import SubgraphUnderTest
from subgraphs.loyalty.coupons.award import award_coupons
from subgraphs.loyalty.coupons.tables import UserCoupon
from tests.loyalty.backoffice import ADMIN, CREATE_COUPON, DELETE_COUPON, a_coupon, ask, create_coupon, revoke, text
from tests.loyalty.bookings import Booking, own_coupon

ALL_OF_IT = """mutation ($input: CreateCouponInput!) { createCoupon(input: $input) {
    name kind discount { kind percent amount { amount currency } cap { amount currency } }
    minimumOrder { amount } maximumOrder { amount } usableFrom usableUntil quantity issued used
    createdBy { id } updatedBy { id } deletedAt deletedBy { id } } }"""
NAMES = """query (
    $filter: CouponFilter! = {}, $orderBy: CouponOrder! = CREATED_AT_DESC, $first: Int! = 20, $after: String
) { coupons(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
        nodes { name } totalCount pageInfo { hasNextPage endCursor } } }"""
ENTITY = "query ($of: [_Any!]!) { _entities(representations: $of) { ... on %s } }"
REVOKED_ONES = {"REVOKED", "REVOKED too", "HELD kept", "USED kept"}
OF_USERS = """query ($of: [_Any!]!, $statuses: [UserCouponStatus!], $first: Int! = 20, $after: String) {
    _entities(representations: $of) { ... on User { coupons(statuses: $statuses, first: $first, after: $after) {
        nodes { id user { id } coupon { name } status revokedReason usedAt }
        totalCount pageInfo { hasNextPage hasPreviousPage endCursor } } } } }"""


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
    await create_coupon(subgraph, name="50/50 back\\slash 여름 ÉTÉ")
    for words in ("50/5", "k\\s", "여름", "été", "\\"):
        assert await names(subgraph, filter={"text": words}) == ["50/50 back\\slash 여름 ÉTÉ"]
    assert await names(subgraph, filter={"text": "10%s"}) == []
    assert await names(subgraph, filter={"text": "summer", "kinds": ["LIMITED"]}) == ["100% Summer_time"]
    assert await names(subgraph, filter={"text": "summer"}) == ["Summertime", "100% Summer_time"]
    assert await names(subgraph, filter={"text": "summer_"}) == ["100% Summer_time"]
    assert await names(subgraph, filter={"text": "100%"}) == ["100% Summer_time"]
    assert await names(subgraph, filter={"kinds": ["UNLIMITED"]}) == ["Summertime"]
    assert await names(subgraph, filter={"kinds": []}) == []
    assert await names(subgraph, orderBy="NAME_ASC") == [
        "100% Summer_time",
        "50/50 back\\slash 여름 ÉTÉ",
        "Summertime",
        "Winter",
    ]


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
    deleted = (await ask(subgraph, DELETE_COUPON, id=str(gone))).data["deleteCoupon"]
    assert deleted["deletedBy"] == {"id": str(ADMIN)}
    assert deleted["deletedAt"] is not None
    assert await names(subgraph) == ["Kept"]
    assert await names(subgraph, filter={"deleted": False}) == ["Kept"]
    assert await names(subgraph, filter={"deleted": True}) == ["Gone"]
    assert await names(subgraph, filter={"deleted": True, "text": "kept"}) == []
    answer = await ask(subgraph, NAMES, filter={"deleted": True})
    assert answer.data["coupons"]["totalCount"] == 1
    public = "query ($id: ID!) { coupon(id: $id) { name } }"
    assert (await subgraph.graphql(public, {"id": str(gone)})).data == {"coupon": None}
    assert (await subgraph.graphql(public, {"id": str(kept)})).data == {"coupon": {"name": "Kept"}}


@pytest.mark.parametrize(("text", "code"), [("x" * 201, "TOO_LONG"), ("a\0b", "NOT_TEXT")])
async def test_words_that_nothing_has_are_refused(subgraph: SubgraphUnderTest, text: str, code: str) -> None:
    answer = await ask(subgraph, NAMES, filter={"text": text})
    assert answer.codes == ["INVALID_INPUT"]
    assert answer.errors[0]["extensions"]["fields"] == [{"field": "filter.text", "code": code}]


@pytest.mark.parametrize("order", ["CREATED_AT_DESC", "CREATED_AT_ASC", "NAME_ASC"])
async def test_a_page_is_stable_while_coupons_come_and_go(subgraph: SubgraphUnderTest, order: str) -> None:
    """Also among equal names: each coupon is shown once, whatever is created and deleted between two pages."""
    ids = [await create_coupon(subgraph, name="Same") for _ in range(6)]
    if order == "CREATED_AT_DESC":
        ids.reverse()
    seen: list[str] = []
    after, document = None, NAMES.replace("nodes { name }", "nodes { id }")
    for _ in range(3):
        page = (await ask(subgraph, document, first=2, after=after, orderBy=order)).data["coupons"]
        seen += [node["id"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        await ask(subgraph, DELETE_COUPON, id=seen[-1])
        if order == "CREATED_AT_DESC":
            await create_coupon(subgraph, name="Same")
    assert seen == [str(each) for each in ids]


@pytest.mark.parametrize("kind", ["Coupon", "UserCoupon"])
async def test_references_are_answered_to_administrators_only(subgraph: SubgraphUnderTest, kind: str) -> None:
    guest = uuid7()
    owned = await own_coupon(subgraph, guest, name="Seen")
    [coupon] = (await ask(subgraph, "{ coupons { nodes { id } } }")).data["coupons"]["nodes"]
    found, shown = {
        "Coupon": (coupon["id"], {"name": "Seen"}),
        "UserCoupon": (str(owned), {"coupon": {"name": "Seen"}}),
    }[kind]
    document = ENTITY % f"{kind} {{ {'name' if kind == 'Coupon' else 'coupon { name }'} }}"
    of = {"of": [{"__typename": kind, "id": each} for each in (found, str(uuid7()))]}
    assert (await ask(subgraph, document, **of)).data == {"_entities": [shown, None]}
    for who in ({"user": guest}, {"user": uuid7(), "role": Role.HOST}, {}):
        answer = await subgraph.graphql(document, of, face="admin", **who)  # type: ignore[arg-type]
        assert (answer.data, answer.errors) == ({"_entities": [None, None]}, [])


async def coupons_of(subgraph: SubgraphUnderTest, *users: UUID, **variables: Any) -> list[dict[str, Any]]:
    of = [{"__typename": "User", "id": str(user)} for user in users]
    answer = await ask(subgraph, OF_USERS, of=of, **variables)
    assert answer.errors == []
    return [each["coupons"] for each in answer.data["_entities"]]


async def test_the_coupons_of_each_person_are_their_own_newest_first(subgraph: SubgraphUnderTest) -> None:
    many, one, none = uuid7(), uuid7(), uuid7()
    owned = [await own_coupon(subgraph, many, name=f"{number}") for number in range(3)]
    other = await own_coupon(subgraph, one, name="Other")
    found = await coupons_of(subgraph, many, none, one, first=2)
    assert [[node["id"] for node in each["nodes"]] for each in found] == [
        [str(owned[2]), str(owned[1])],
        [],
        [str(other)],
    ]
    assert [(each["totalCount"], each["pageInfo"]["hasNextPage"]) for each in found] == [
        (3, True),
        (0, False),
        (1, False),
    ]
    [rest] = await coupons_of(subgraph, many, first=2, after=found[0]["pageInfo"]["endCursor"])
    assert [node["id"] for node in rest["nodes"]] == [str(owned[0])]
    assert (rest["pageInfo"]["hasPreviousPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (None, {"AVAILABLE", "HELD", "USED", "EXPIRED", "REVOKED"}),
        ([], set()),
        (["REVOKED"], {"REVOKED"}),
        (["AVAILABLE", "USED"], {"AVAILABLE", "USED"}),
        (["EXPIRED"], {"EXPIRED"}),
        (["HELD"], {"HELD"}),
    ],
)
async def test_the_coupons_of_a_person_are_found_by_how_they_stand(
    subgraph: SubgraphUnderTest, statuses: list[str] | None, expected: set[str]
) -> None:
    person = uuid7()
    await coupons_in_every_way(subgraph, person)
    [found] = await coupons_of(subgraph, person, statuses=statuses)
    assert {node["status"] for node in found["nodes"]} == expected
    assert found["totalCount"] == len(found["nodes"])
    assert all(node["coupon"]["name"].split()[0] == node["status"] for node in found["nodes"])
    revoked = {node["coupon"]["name"] for node in found["nodes"] if node["revokedReason"]}
    assert revoked == REVOKED_ONES & {node["coupon"]["name"] for node in found["nodes"]}


async def coupons_in_every_way(subgraph: SubgraphUnderTest, person: UUID) -> None:
    """Named as they stand; those that are kept were revoked while their booking had them."""
    await own_coupon(subgraph, person, name="AVAILABLE")
    await own_coupon(subgraph, person, name="EXPIRED", over=True)
    await revoke(subgraph, await own_coupon(subgraph, person, name="REVOKED"))
    await revoke(subgraph, await own_coupon(subgraph, person, name="REVOKED too", over=True))
    for name in ("HELD", "HELD kept", "USED", "USED kept"):
        coupon, booking = await own_coupon(subgraph, person, name=name), Booking(subgraph, person)
        await booking.hold(coupon)
        if name.endswith("kept"):
            await revoke(subgraph, coupon)
        if name.startswith("USED"):
            await booking.spend()


async def test_issued_and_used_count_what_was_revoked(subgraph: SubgraphUnderTest) -> None:
    """Revoking changes neither: it takes from nobody what was given, and from no booking what it used."""
    coupon, people = await create_coupon(subgraph), [uuid7() for _ in range(4)]
    owned = []
    for person in people:
        granted = {"granted_by": ADMIN, "grant_key": str(person), "grant_reason": "For the test."}
        owned.append(UserCoupon(user_id=person, coupon_id=coupon, issued_at=clock.now(), **granted))
    async with subgraph.database.transaction() as session:
        await award_coupons(session, owned)
    for person, theirs in zip(people[:2], owned[:2], strict=True):
        booking = Booking(subgraph, person)
        await booking.hold(theirs.id)
        await revoke(subgraph, theirs.id)
        if person == people[0]:
            await booking.spend()
    await revoke(subgraph, owned[2].id)
    answer = await ask(subgraph, "query ($id: ID!) { coupon(id: $id) { issued used } }", id=str(coupon))
    assert answer.data == {"coupon": {"issued": 4, "used": 1}}
