"""A booking comes to be: at once, once, and with its flow begun."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.booking.bookings import create as creating
from subgraphs.booking.bookings.rules import CODE_ALPHABET, code_for
from tests.booking.story import Story, booking_input, create, statements


async def bookings_stored(subgraph: SubgraphUnderTest) -> int:
    return len(await subgraph.published("booking.booking.created"))


async def test_a_booking_is_pending_and_its_nights_are_asked_for(subgraph: SubgraphUnderTest) -> None:
    guest, room_type, coupon = uuid7(), uuid7(), uuid7()
    given = booking_input(
        roomTypeId=str(room_type), userCouponId=str(coupon), rooms=2, points=500, specialRequests="A cot, please."
    )
    answer = await create(subgraph, guest, **given)
    made = answer.data["createBooking"]
    assert {name: made[name] for name in ("status", "guests", "rooms", "guestName", "specialRequests", "price")} == {
        "status": "PENDING",
        "guests": 2,
        "rooms": 2,
        "guestName": "Kim Minji",
        "specialRequests": "A cot, please.",
        "price": None,
    }
    assert (made["roomType"], made["userCoupon"]) == ({"id": str(room_type)}, {"id": str(coupon)})
    assert (made["accommodation"], made["place"], made["refusal"]) == (None, None, None)
    assert len(made["code"]) == 8
    assert set(made["code"]) <= set(CODE_ALPHABET)

    created, asked = await subgraph.published()
    assert (created.name, created.key) == ("booking.booking.created", made["id"])
    assert created.payload == {
        "booking_id": made["id"],
        "code": made["code"],
        "guest_id": str(guest),
        "host_id": None,
        "accommodation_id": None,
        "room_type_id": str(room_type),
        "check_in": given["checkIn"],
        "check_out": given["checkOut"],
        "status": "PENDING",
        "subtotal": None,
        "coupon_discount": None,
        "points_used": 0,
        "total": None,
        "currency": "KRW",
    }
    assert (asked.name, asked.key) == ("accommodation.hold-nights", str(room_type))
    booking = await Story(subgraph, guest, UUID(made["id"]), room_type).booking()
    assert asked.payload == {
        "booking_id": made["id"],
        "room_type_id": str(room_type),
        "guest_id": str(guest),
        "check_in": given["checkIn"],
        "check_out": given["checkOut"],
        "rooms": 2,
        "guests": 2,
        "due_at": booking.payment_due_at.isoformat().replace("+00:00", "Z"),
    }


async def test_there_are_ten_minutes_to_pay_from_creation(subgraph: SubgraphUnderTest) -> None:
    booking = await (await Story.begin(subgraph)).booking()
    assert timedelta(minutes=9) < booking.payment_due_at - booking.created_at <= timedelta(minutes=10)


async def test_the_same_key_and_input_give_the_same_booking(subgraph: SubgraphUnderTest) -> None:
    guest, given = uuid7(), booking_input(expectedTotal="110000")
    first = await create(subgraph, guest, **given)
    again = await create(subgraph, guest, **given | {"expectedTotal": "110000.0"})
    assert first.data == again.data
    assert await bookings_stored(subgraph) == 1


async def test_the_same_key_gives_the_booking_as_it_has_become(subgraph: SubgraphUnderTest) -> None:
    guest, given = uuid7(), booking_input()
    story = await Story.begin(subgraph, guest, **given)
    await story.come_to_payment()
    answer = await create(subgraph, guest, **given)
    assert (answer.data["createBooking"]["id"], answer.data["createBooking"]["status"]) == (
        str(story.id),
        "AWAITING_PAYMENT",
    )


async def test_the_same_key_with_another_input_is_refused(subgraph: SubgraphUnderTest) -> None:
    guest, given = uuid7(), booking_input()
    await create(subgraph, guest, **given)
    answer = await create(subgraph, guest, **given | {"guests": 3})
    assert answer.codes == ["IDEMPOTENCY_MISMATCH"]
    assert await bookings_stored(subgraph) == 1


async def test_keys_belong_to_a_person(subgraph: SubgraphUnderTest) -> None:
    given = booking_input()
    answers = [await create(subgraph, uuid7(), **given) for _ in range(2)]
    assert len({answer.data["createBooking"]["id"] for answer in answers}) == 2


async def test_fifty_callers_with_one_key_get_one_booking(subgraph: SubgraphUnderTest) -> None:
    guest, given = uuid7(), booking_input()
    answers = await asyncio.gather(*(create(subgraph, guest, **given) for _ in range(50)))
    assert [answer.errors for answer in answers] == [[]] * 50
    assert len({answer.data["createBooking"]["id"] for answer in answers}) == 1
    assert [each.name for each in await subgraph.published()] == [
        "booking.booking.created",
        "accommodation.hold-nights",
    ]


async def test_of_fifty_callers_with_one_key_and_two_inputs_one_input_wins(subgraph: SubgraphUnderTest) -> None:
    guest, given = uuid7(), booking_input()
    answers = await asyncio.gather(*(create(subgraph, guest, **given | {"guests": 1 + at % 2}) for at in range(50)))
    won = {answer.data["createBooking"]["id"] for answer in answers if not answer.errors}
    refused = [answer.codes for answer in answers if answer.errors]
    assert len(won) == 1
    assert refused == [["IDEMPOTENCY_MISMATCH"]] * 25
    assert await bookings_stored(subgraph) == 1


async def test_a_code_that_is_taken_is_drawn_again(
    subgraph: SubgraphUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter([7, 7, 7, 8])
    monkeypatch.setattr(creating.secrets, "randbelow", lambda _: next(drawn))
    first, second = [await Story.begin(subgraph) for _ in range(2)]
    assert ((await first.booking()).code, (await second.booking()).code) == (code_for(7), code_for(8))
    assert await bookings_stored(subgraph) == 2


async def test_creating_takes_three_statements(subgraph: SubgraphUnderTest) -> None:
    subgraph.sql.clear()
    await create(subgraph, uuid7())
    assert statements(subgraph) == [
        "INSERT INTO bookings",
        "INSERT INTO booking_steps",
        "INSERT INTO outbox",
    ]
