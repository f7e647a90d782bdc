"""What a guest may send to createBooking."""

from typing import Any

import pytest

from chassis.ids import uuid7
from chassis.roles import Role
from chassis.testing import SubgraphUnderTest
from tests.booking.story import CREATE, booking_input, create, stay_from


async def test_nobody_books_without_signing_in(subgraph: SubgraphUnderTest) -> None:
    answer = await create(subgraph, None)
    assert answer.codes == ["UNAUTHENTICATED"]
    assert await subgraph.published() == []


@pytest.mark.parametrize("role", Role)
async def test_whoever_is_signed_in_may_book(subgraph: SubgraphUnderTest, role: Role) -> None:
    answer = await subgraph.graphql(CREATE, {"input": booking_input()}, user=uuid7(), role=role)
    assert answer.errors == []


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"checkOut": stay_from()[0].isoformat()}, [{"field": "checkOut", "code": "NOT_AFTER_CHECK_IN"}]),
        ({"guests": 0}, [{"field": "guests", "code": "OUT_OF_RANGE"}]),
        ({"rooms": 0}, [{"field": "rooms", "code": "OUT_OF_RANGE"}]),
        ({"points": -1}, [{"field": "points", "code": "OUT_OF_RANGE"}]),
        ({"guestName": "   "}, [{"field": "guestName", "code": "EMPTY"}]),
        ({"guestName": "n" * 101}, [{"field": "guestName", "code": "TOO_LONG"}]),
        ({"guestPhone": "1"}, [{"field": "guestPhone", "code": "TOO_SHORT"}]),
        ({"guestPhone": "abc"}, [{"field": "guestPhone", "code": "NOT_A_PHONE_NUMBER"}]),
        ({"guestPhone": "+47 555"}, [{"field": "guestPhone", "code": "NOT_A_PHONE_NUMBER"}]),
        ({"guestPhone": "010-1234-5678 \0"}, [{"field": "guestPhone", "code": "NOT_TEXT"}]),
        ({"idempotencyKey": ""}, [{"field": "idempotencyKey", "code": "EMPTY"}]),
        ({"idempotencyKey": "k" * 256}, [{"field": "idempotencyKey", "code": "TOO_LONG"}]),
        ({"specialRequests": "\0"}, [{"field": "specialRequests", "code": "NOT_TEXT"}]),
        ({"expectedTotal": "-1"}, [{"field": "expectedTotal", "code": "OUT_OF_RANGE"}]),
        ({"roomTypeId": "room"}, [{"field": "roomTypeId", "code": "NOT_A_UUID"}]),
        ({"userCouponId": "coupon"}, [{"field": "userCouponId", "code": "NOT_A_UUID"}]),
        ({"userCouponId": ""}, [{"field": "userCouponId", "code": "NOT_A_UUID"}]),
    ],
)
async def test_what_nobody_could_book_is_refused(
    subgraph: SubgraphUnderTest, given: dict[str, Any], fields: list[dict[str, str]]
) -> None:
    answer = await create(subgraph, uuid7(), **given)
    assert answer.codes == ["INVALID_INPUT"]
    assert answer.errors[0]["extensions"]["fields"] == fields
    assert await subgraph.published() == []


async def test_a_key_of_255_characters_is_taken(subgraph: SubgraphUnderTest) -> None:
    assert (await create(subgraph, uuid7(), idempotencyKey="🔑" * 255)).errors == []


async def test_a_name_is_kept_without_the_space_around_it(subgraph: SubgraphUnderTest) -> None:
    answer = await create(subgraph, uuid7(), guestName="  Kim Minji ")
    assert answer.data["createBooking"]["guestName"] == "Kim Minji"
