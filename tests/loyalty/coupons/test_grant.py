"""Giving one person a coupon by hand."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from chassis.ids import uuid7
from chassis.roles import Role
from chassis.testing import Answer, SubgraphUnderTest
from subgraphs.loyalty.coupons.tables import UserCoupon
from tests.loyalty.backoffice import ADMIN, DELETE_COUPON, ask, create_coupon
from tests.loyalty.bookings import Booking, status

GRANT = """mutation ($input: GrantCouponInput!) { grantCoupon(input: $input) {
    id user { id } coupon { id issued used } status revokedReason usedAt } }"""


async def unlimited(subgraph: SubgraphUnderTest, **changes: Any) -> UUID:
    return await create_coupon(subgraph, kind="UNLIMITED", quantity=None, **changes)


def a_grant(coupon_id: UUID, user_id: UUID, **changes: Any) -> dict[str, Any]:
    given = {"idempotencyKey": str(uuid7()), "userId": str(user_id), "couponId": str(coupon_id)}
    return given | {"reason": "The shower was cold."} | changes


async def grant(subgraph: SubgraphUnderTest, given: dict[str, Any], *, by: UUID = ADMIN) -> Answer:
    return await subgraph.graphql(GRANT, {"input": given}, user=by, role=Role.ADMIN, face="admin")


async def stored(subgraph: SubgraphUnderTest) -> list[UserCoupon]:
    async with subgraph.database.reading() as session:
        return list(await session.exec(select(UserCoupon)))


async def test_a_person_owns_what_they_were_granted_and_can_use_it(subgraph: SubgraphUnderTest) -> None:
    guest, coupon = uuid7(), await unlimited(subgraph)
    answer = await grant(subgraph, a_grant(coupon, guest, idempotencyKey="once"))
    assert answer.errors == []
    granted = answer.data["grantCoupon"]
    assert granted == {
        "id": granted["id"],
        "user": {"id": str(guest)},
        "coupon": {"id": str(coupon), "issued": 1, "used": 0},
        "status": "AVAILABLE",
        "revokedReason": None,
        "usedAt": None,
    }
    [row] = await stored(subgraph)
    assert (row.id, row.user_id, row.coupon_id, row.coupon_event_id) == (UUID(granted["id"]), guest, coupon, None)
    assert (row.granted_by, row.grant_key, row.grant_reason) == (ADMIN, "once", "The shower was cold.")
    assert await Booking(subgraph, guest).hold(row.id) == ("held", {"discount": "10000", "points": 0})


async def test_the_same_key_and_input_is_the_same_coupon(subgraph: SubgraphUnderTest) -> None:
    given = a_grant(await unlimited(subgraph), uuid7())
    first, again = await grant(subgraph, given), await grant(subgraph, given)
    assert (again.data, again.errors) == (first.data, [])
    assert len(await stored(subgraph)) == 1


async def test_the_same_key_is_answered_after_the_coupon_was_deleted_and_ended(subgraph: SubgraphUnderTest) -> None:
    coupon = await unlimited(subgraph)
    given = a_grant(coupon, uuid7())
    first = await grant(subgraph, given)
    await ask(subgraph, DELETE_COUPON, id=str(coupon))
    again = await grant(subgraph, given)
    assert again.data == first.data


async def test_of_many_that_send_one_key_at_once_all_get_the_same_coupon(subgraph: SubgraphUnderTest) -> None:
    given = a_grant(await unlimited(subgraph), uuid7())
    answers = await asyncio.gather(*(grant(subgraph, given) for _ in range(20)))
    assert {answer.data["grantCoupon"]["id"] for answer in answers} == {str(each.id) for each in await stored(subgraph)}
    assert len(await stored(subgraph)) == 1


async def test_of_two_that_send_one_key_for_two_coupons_at_once_one_is_told_so(subgraph: SubgraphUnderTest) -> None:
    guest = uuid7()
    coupons = [await unlimited(subgraph) for _ in range(2)]
    given = [a_grant(coupon, guest, idempotencyKey="one") for coupon in coupons * 10]
    answers = await asyncio.gather(*(grant(subgraph, each) for each in given))
    [row] = await stored(subgraph)
    for asked, answer in zip(given, answers, strict=True):
        assert answer.codes == ([] if asked["couponId"] == str(row.coupon_id) else ["IDEMPOTENCY_MISMATCH"])


@pytest.mark.parametrize("change", ["userId", "couponId", "reason"])
async def test_the_same_key_for_something_else_is_refused(subgraph: SubgraphUnderTest, change: str) -> None:
    given = a_grant(await unlimited(subgraph), uuid7())
    await grant(subgraph, given)
    other = {"userId": str(uuid7()), "couponId": str(await unlimited(subgraph)), "reason": "Another."}
    assert (await grant(subgraph, given | {change: other[change]})).codes == ["IDEMPOTENCY_MISMATCH"]
    assert len(await stored(subgraph)) == 1


async def test_keys_are_each_administrators_own(subgraph: SubgraphUnderTest) -> None:
    given = a_grant(await unlimited(subgraph), uuid7())
    first, second = await grant(subgraph, given), await grant(subgraph, given, by=uuid7())
    assert first.data["grantCoupon"]["id"] != second.data["grantCoupon"]["id"]
    assert len(await stored(subgraph)) == 2


async def test_two_keys_are_two_coupons(subgraph: SubgraphUnderTest) -> None:
    guest, coupon = uuid7(), await unlimited(subgraph)
    for _ in range(2):
        assert (await grant(subgraph, a_grant(coupon, guest))).errors == []
    assert len(await stored(subgraph)) == 2


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"idempotencyKey": ""}, "idempotencyKey", "EMPTY"),
        ({"idempotencyKey": "k" * 256}, "idempotencyKey", "TOO_LONG"),
        ({"idempotencyKey": "a\0b"}, "idempotencyKey", "NOT_TEXT"),
        ({"reason": " "}, "reason", "EMPTY"),
        ({"reason": "r" * 501}, "reason", "TOO_LONG"),
        ({"reason": "a\0b"}, "reason", "NOT_TEXT"),
        ({"userId": "me"}, "userId", "NOT_A_UUID"),
        ({"couponId": "it"}, "couponId", "NOT_A_UUID"),
    ],
)
async def test_what_makes_no_grant_is_refused_by_field(
    subgraph: SubgraphUnderTest, changes: dict[str, str], field: str, code: str
) -> None:
    answer = await grant(subgraph, a_grant(await unlimited(subgraph), uuid7(), **changes))
    assert answer.codes == ["INVALID_INPUT"]
    assert answer.errors[0]["extensions"]["fields"] == [{"field": field, "code": code}]
    assert await stored(subgraph) == []


async def test_what_nobody_could_use_or_only_an_event_gives_is_refused(subgraph: SubgraphUnderTest) -> None:
    for coupon, code in (
        (await create_coupon(subgraph), "LIMITED"),
        (await unlimited(subgraph, over=True), "EXPIRED"),
    ):
        answer = await grant(subgraph, a_grant(coupon, uuid7()))
        assert answer.codes == ["INVALID_INPUT"]
        assert answer.errors[0]["extensions"]["fields"] == [{"field": "couponId", "code": code}]
    assert await stored(subgraph) == []


async def test_a_deleted_coupon_and_none_at_all_are_refused_alike(subgraph: SubgraphUnderTest) -> None:
    gone = await unlimited(subgraph)
    await ask(subgraph, DELETE_COUPON, id=str(gone))
    for coupon in (gone, uuid7()):
        assert (await grant(subgraph, a_grant(coupon, uuid7()))).codes == ["NOT_FOUND"]
    assert await stored(subgraph) == []


async def test_grants_racing_with_the_deletion_are_made_before_it_or_not_at_all(subgraph: SubgraphUnderTest) -> None:
    coupon = await unlimited(subgraph)
    people = [uuid7() for _ in range(20)]
    grants = [grant(subgraph, a_grant(coupon, each)) for each in people]
    answers = await asyncio.gather(*grants[:10], ask(subgraph, DELETE_COUPON, id=str(coupon)), *grants[10:])
    outcomes = [answer.codes for answer in (*answers[:10], *answers[11:])]
    assert all(codes in ([], ["NOT_FOUND"]) for codes in outcomes)
    granted = {each.user_id: each.id for each in await stored(subgraph)}
    assert set(granted) == {each for each, codes in zip(people, outcomes, strict=True) if codes == []}
    assert [await status(subgraph, user, owned) for user, owned in granted.items()] == ["AVAILABLE"] * len(granted)
