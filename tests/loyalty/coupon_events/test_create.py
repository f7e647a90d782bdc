"""Planning an event in the back office."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis import clock
from chassis.ids import uuid7
from chassis.roles import Role
from chassis.testing import SubgraphUnderTest
from tests.loyalty.askers import issue
from tests.loyalty.backoffice import ADMIN, CREATE_EVENT, an_event, ask, create_coupon, redis_away, text

ALL_OF_IT = """mutation ($input: CreateCouponEventInput!) { createCouponEvent(input: $input) {
    name description status opensAt closesAt coupon { id } createdBy { id } updatedBy { id } deletedAt
    stock { quantity accepted recorded inFlight deadLettered remaining generation } } }"""
COUNT = "{ couponEvents { totalCount } }"


async def count(subgraph: SubgraphUnderTest) -> int:
    return int((await ask(subgraph, COUNT)).data["couponEvents"]["totalCount"])


async def test_an_event_is_created_as_it_was_described(subgraph: SubgraphUnderTest) -> None:
    coupon = await create_coupon(subgraph, quantity=7)
    opens_at = clock.now().replace(microsecond=0) + timedelta(hours=1)
    closes_at = opens_at + timedelta(hours=1)
    described = an_event(coupon, name="여름", opensAt=text(opens_at), closesAt=text(closes_at))
    answer = await ask(subgraph, ALL_OF_IT, input=described)
    assert answer.errors == []
    assert answer.data["createCouponEvent"] == {
        "name": "여름",
        "description": "One each.",
        "status": "SCHEDULED",
        "opensAt": opens_at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "closesAt": closes_at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "coupon": {"id": str(coupon)},
        "createdBy": {"id": str(ADMIN)},
        "updatedBy": {"id": str(ADMIN)},
        "deletedAt": None,
        "stock": {
            "quantity": 7,
            "accepted": 0,
            "recorded": 0,
            "inFlight": 0,
            "deadLettered": 0,
            "remaining": 7,
            "generation": 1,
        },
    }


async def test_an_event_may_have_been_open_since_the_first_instant_there_is_and_not_before(
    subgraph: SubgraphUnderTest,
) -> None:
    coupon = await create_coupon(subgraph, kind="UNLIMITED", quantity=None)
    long_open = await ask(subgraph, CREATE_EVENT, input=an_event(coupon, opensAt="0001-01-02T00:00:00Z"))
    assert (await issue(subgraph, UUID(long_open.data["createCouponEvent"]["id"]), uuid7()))["status"] == "PENDING"
    answer = await ask(subgraph, CREATE_EVENT, input=an_event(coupon, opensAt="0001-01-01T00:00:00Z"))
    assert answer.codes == ["INVALID_INPUT"]
    assert await count(subgraph) == 1


async def test_a_limited_coupon_serves_one_event(subgraph: SubgraphUnderTest) -> None:
    coupon = await create_coupon(subgraph)
    assert (await ask(subgraph, CREATE_EVENT, input=an_event(coupon))).errors == []
    assert (await ask(subgraph, CREATE_EVENT, input=an_event(coupon))).codes == ["COUPON_IN_USE"]
    assert await count(subgraph) == 1


async def test_an_unlimited_coupon_serves_any_number_of_events(subgraph: SubgraphUnderTest) -> None:
    coupon = await create_coupon(subgraph, kind="UNLIMITED", quantity=None)
    for _ in range(3):
        assert (await ask(subgraph, CREATE_EVENT, input=an_event(coupon))).errors == []
    assert await count(subgraph) == 3


async def test_what_makes_no_event_is_refused_and_not_stored(subgraph: SubgraphUnderTest) -> None:
    coupon = await create_coupon(subgraph)
    answer = await ask(subgraph, CREATE_EVENT, input=an_event(coupon, name=" ", closesAt=text(clock.now())))
    assert answer.codes == ["INVALID_INPUT"]
    assert answer.errors[0]["extensions"]["fields"] == [
        {"field": "name", "code": "EMPTY"},
        {"field": "closesAt", "code": "IN_THE_PAST"},
    ]
    assert await count(subgraph) == 0


async def test_a_coupon_that_is_deleted_or_was_never_there_gets_no_event(subgraph: SubgraphUnderTest) -> None:
    deleted = await create_coupon(subgraph)
    await ask(subgraph, "mutation ($id: ID!) { deleteCoupon(couponId: $id) { id } }", id=str(deleted))
    for coupon in (deleted, uuid7()):
        assert (await ask(subgraph, CREATE_EVENT, input=an_event(coupon))).codes == ["NOT_FOUND"]
    assert await count(subgraph) == 0


@pytest.mark.parametrize(
    ("role", "code"), [(Role.GUEST, "FORBIDDEN"), (Role.HOST, "FORBIDDEN"), (None, "UNAUTHENTICATED")]
)
async def test_only_administrators_create_events(subgraph: SubgraphUnderTest, role: Role | None, code: str) -> None:
    who: dict[str, Any] = {"user": uuid7(), "role": role} if role else {}
    described = an_event(await create_coupon(subgraph))
    assert (await subgraph.graphql(CREATE_EVENT, {"input": described}, face="admin", **who)).codes == [code]
    assert await count(subgraph) == 0


async def test_an_event_that_is_stored_is_not_refused_because_redis_is_away(subgraph: SubgraphUnderTest) -> None:
    coupon = await create_coupon(subgraph)
    with redis_away():
        answer = await ask(subgraph, CREATE_EVENT.replace("{ id }", "{ id status }"), input=an_event(coupon))
    assert (answer.errors, answer.data["createCouponEvent"]["status"]) == ([], "OPEN")
    assert await count(subgraph) == 1
