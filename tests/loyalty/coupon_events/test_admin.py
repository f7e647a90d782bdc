"""Coupon events in the back office: found, seen with both books, and by nobody else."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis import clock
from chassis.ids import uuid7
from chassis.roles import Role
from chassis.testing import SubgraphUnderTest
from tests.loyalty.askers import issue
from tests.loyalty.backoffice import (
    CLOSE_EVENT,
    CREATE_COUPON,
    CREATE_EVENT,
    STOCK,
    an_event,
    ask,
    create_coupon,
    create_event,
    stock,
    text,
)
from tests.loyalty.coupon_events.changes import delete
from tests.loyalty.pipeline import record_all

NAMES = """query ($filter: CouponEventFilter! = {}, $orderBy: CouponEventOrder! = OPENS_AT_DESC) {
    couponEvents(filter: $filter, orderBy: $orderBy) { nodes { name } totalCount } }"""
DELETE_COUPON = "mutation ($id: ID!) { deleteCoupon(couponId: $id) { id } }"
ENTITY = "query ($of: [_Any!]!) { _entities(representations: $of) { ... on CouponEvent { name } } }"
COUPON = "query ($id: ID!) { coupon(id: $id) { id } }"
COUPONS = "{ coupons { totalCount } }"


async def names(subgraph: SubgraphUnderTest, **variables: Any) -> list[str]:
    answer = await ask(subgraph, NAMES, **variables)
    assert answer.errors == []
    assert answer.data["couponEvents"]["totalCount"] == len(answer.data["couponEvents"]["nodes"])
    return [node["name"] for node in answer.data["couponEvents"]["nodes"]]


@pytest.mark.parametrize(
    ("hours", "filter_", "expected"),
    [
        (None, {}, ["Third", "Second", "First"]),
        (None, {"text": "ir"}, ["Third", "First"]),
        (None, {"statuses": ["SCHEDULED"]}, ["Third"]),
        (None, {"statuses": ["SCHEDULED", "OPEN"]}, ["Third", "Second", "First"]),
        (None, {"statuses": []}, []),
        (-1.5, {"opensFrom": True}, ["Third", "Second"]),
        (2.5, {"closesTo": True}, ["Second", "First"]),
        (None, {"deleted": True}, []),
    ],
)
async def test_events_are_found_by_words_status_and_time(
    subgraph: SubgraphUnderTest, hours: float | None, filter_: dict[str, Any], expected: list[str]
) -> None:
    now = clock.now()
    for name, opens, closes in (("First", -2, 1), ("Second", -1, 2), ("Third", 1, 3)):
        window = {"opensAt": text(now + timedelta(hours=opens)), "closesAt": text(now + timedelta(hours=closes))}
        await create_event(subgraph, name=name, **window)
    at = text(now + timedelta(hours=hours)) if hours else None
    assert await names(subgraph, filter={key: at or value for key, value in filter_.items()}) == expected


async def test_stock_shows_both_books(subgraph: SubgraphUnderTest) -> None:
    event = await create_event(subgraph, quantity=10)
    for _ in range(3):
        await issue(subgraph, event, uuid7())
    before = {"quantity": 10, "deadLettered": 0, "remaining": 7, "generation": 1, "accepted": 3}
    assert await stock(subgraph, event) == before | {"recorded": 0, "inFlight": 3}
    await record_all(subgraph)
    assert await stock(subgraph, event) == before | {"recorded": 3, "inFlight": 0}


async def test_an_event_whose_coupon_was_deleted_still_shows_it(subgraph: SubgraphUnderTest) -> None:
    event = await create_event(subgraph)
    document = "query ($id: ID!) { couponEvent(id: $id) { coupon { id deletedAt } } }"
    coupon = (await ask(subgraph, document, id=str(event))).data["couponEvent"]["coupon"]["id"]
    await ask(subgraph, DELETE_COUPON, id=coupon)
    shown = (await ask(subgraph, document, id=str(event))).data["couponEvent"]["coupon"]
    assert (shown["id"], shown["deletedAt"] is not None) == (coupon, True)


@pytest.mark.parametrize(
    ("role", "code"), [(Role.GUEST, "FORBIDDEN"), (Role.HOST, "FORBIDDEN"), (None, "UNAUTHENTICATED")]
)
@pytest.mark.parametrize(
    "document", [STOCK, NAMES, CLOSE_EVENT, CREATE_EVENT, CREATE_COUPON, COUPON, COUPONS, DELETE_COUPON]
)
async def test_the_back_office_is_for_administrators(
    subgraph: SubgraphUnderTest, role: Role | None, code: str, document: str
) -> None:
    now = text(clock.now())
    discount = {"kind": "AMOUNT", "amount": 1}
    coupon = {"name": "x", "kind": "UNLIMITED", "discount": discount, "usableFrom": now, "usableUntil": now}
    event = {"couponId": str(uuid7()), "name": "x", "description": "x", "opensAt": now, "closesAt": now}
    variables = {"id": str(uuid7()), "input": event if "createCouponEvent" in document else coupon}
    used = {name: value for name, value in variables.items() if f"${name}" in document}
    who: dict[str, Any] = {"user": uuid7(), "role": role} if role else {}
    assert (await subgraph.graphql(document, used, face="admin", **who)).codes == [code]


async def test_references_are_answered_to_administrators_only(subgraph: SubgraphUnderTest) -> None:
    event = await create_event(subgraph, name="Seen")
    of = {"of": [{"__typename": "CouponEvent", "id": str(event)}]}
    assert (await ask(subgraph, ENTITY, **of)).data == {"_entities": [{"name": "Seen"}]}
    assert (await subgraph.graphql(ENTITY, of, user=uuid7(), face="admin")).data == {"_entities": [None]}


EVENTS_OF = """query ($id: ID!, $first: Int! = 20, $after: String) { coupon(id: $id) {
    events(first: $first, after: $after) { totalCount nodes { name } pageInfo { hasNextPage endCursor } } } }"""


async def test_a_coupon_shows_its_events_the_last_to_open_first(subgraph: SubgraphUnderTest) -> None:
    coupon, other = [await create_coupon(subgraph, kind="UNLIMITED", quantity=None) for _ in range(2)]
    now, ids = clock.now(), {}
    for name, opens in (("First", 1), ("Deleted", 2), ("Third", 3), ("Fourth", 4)):
        window = {"opensAt": text(now + timedelta(hours=opens)), "closesAt": text(now + timedelta(hours=9))}
        answer = await ask(subgraph, CREATE_EVENT, input=an_event(coupon, name=name, **window))
        ids[name] = answer.data["createCouponEvent"]["id"]
    await ask(subgraph, CREATE_EVENT, input=an_event(other, name="Another's"))
    await delete(subgraph, UUID(ids["Deleted"]))
    found = (await ask(subgraph, EVENTS_OF, id=str(coupon), first=2)).data["coupon"]["events"]
    assert (found["nodes"], found["totalCount"]) == ([{"name": "Fourth"}, {"name": "Third"}], 3)
    rest = await ask(subgraph, EVENTS_OF, id=str(coupon), after=found["pageInfo"]["endCursor"])
    assert rest.data["coupon"]["events"]["nodes"] == [{"name": "First"}]
