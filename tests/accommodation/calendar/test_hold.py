"""Holding nights: all of a booking's nights or none, many bookings together, each once."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.accommodation.accommodations.tables import AccommodationStatus
from subgraphs.accommodation.calendar.tables import HoldStatus


async def test_what_is_free_is_held_and_the_answer_says_all_that_was_agreed(places: Any, ask: Any) -> None:
    place = await places.add("Blue House")
    room_type = await places.add_room_type(place, units=3)
    await places.open(room_type, 0, 2, price=Decimal(90_000))
    await places.open(room_type, 2, 4, price=Decimal(120_000))
    command = ask.hold(room_type.id, 1, 3, rooms=2, guests=4)
    [held] = await ask("hold-nights", command)
    assert (held.name, held.key) == ("accommodation.nights.held", str(command["booking_id"]))
    assert held.payload == {
        "booking_id": str(command["booking_id"]),
        "room_type_id": str(room_type.id),
        "accommodation_id": str(place.id),
        "host_id": str(place.host_id),
        "accommodation_name": "Blue House",
        "room_type_name": "Double",
        "address_line": "1 Beach Road",
        "check_in_time": "15:00:00",
        "check_out_time": "11:00:00",
        "nights": [
            {"date": str(places.day(1)), "price": "90000"},
            {"date": str(places.day(2)), "price": "120000"},
        ],
        "subtotal": "420000",
        "currency": "KRW",
        "policy": {"name": "Flexible", "tiers": [{"days_before": 1, "fee_percent": 0}]},
    }
    assert await places.nights(room_type) == [(0, 0), (2, 0), (2, 0), (0, 0)]


async def test_of_two_for_the_last_room_the_first_has_it(places: Any, ask: Any) -> None:
    room_type = await places.add_room(days=3)
    first, second = ask.hold(room_type.id, 0, 2), ask.hold(room_type.id, 1, 3)
    held, refused = await ask("hold-nights", first, second)
    assert held.name == "accommodation.nights.held"
    assert refused.name == "accommodation.nights.refused"
    assert refused.payload == {
        "booking_id": str(second["booking_id"]),
        "reason": "SOLD_OUT",
        "message": f"Rooms left for the night of {places.day(1)}: 0.",
        "night": str(places.day(1)),
    }
    assert await places.nights(room_type) == [(1, 0), (1, 0), (0, 0)]


async def test_the_night_of_leaving_is_the_next_guests(places: Any, ask: Any) -> None:
    room_type = await places.add_room(days=3)
    answers = await ask("hold-nights", ask.hold(room_type.id, 0, 1), ask.hold(room_type.id, 1, 3))
    assert [answer.name for answer in answers] == ["accommodation.nights.held"] * 2


async def test_asked_again_it_is_answered_again_and_nothing_more_is_held(places: Any, ask: Any) -> None:
    room_type = await places.add_room(units=5, days=1)
    command = ask.hold(room_type.id, 0, 1)
    [held] = await ask("hold-nights", command)
    again = await ask("hold-nights", command, command)
    assert [each.payload for each in again] == [held.payload] * 2
    assert await places.nights(room_type) == [(1, 0)]


async def test_a_refusal_stands_though_the_nights_become_free(places: Any, ask: Any) -> None:
    room_type = await places.add_room(days=1)
    first, second = ask.hold(room_type.id, 0, 1), ask.hold(room_type.id, 0, 1)
    _, refused = await ask("hold-nights", first, second)
    await ask("release-hold", first)
    [again] = await ask("hold-nights", second)
    assert again.payload == refused.payload
    assert await places.nights(room_type) == [(0, 0)]


async def test_the_same_message_twice_is_worked_on_once(
    accommodation: SubgraphUnderTest, places: Any, ask: Any
) -> None:
    room_type = await places.add_room(days=1)
    command, message_id = ask.hold(room_type.id, 0, 1), uuid7()
    assert await accommodation.handle("accommodation.hold-nights", command, message_id)
    assert not await accommodation.handle("accommodation.hold-nights", command, message_id)
    assert len(await ask.answers()) == 1
    assert await places.nights(room_type) == [(1, 0)]


async def test_a_room_type_that_is_not_there_refuses_its_own_request_alone(places: Any, ask: Any) -> None:
    room_type = await places.add_room(days=1)
    answers = await ask("hold-nights", ask.hold(uuid7(), 0, 1), ask.hold(room_type.id, 0, 1))
    assert [(each.name, each.payload.get("reason")) for each in answers] == [
        ("accommodation.nights.refused", "NOT_ON_SALE"),
        ("accommodation.nights.held", None),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"rooms": 0},
        {"guests": -1},
        {"rooms": 2**40},
        {"check_out": "2020-01-01"},
        {"room_type_id": "no id"},
        {"due_at": "2030-01-01T00:00:00"},
        {"guest_id": None},
    ],
)
async def test_a_request_that_says_nothing_sensible_fails_by_itself(
    accommodation: SubgraphUnderTest, places: Any, ask: Any, wrong: dict[str, Any]
) -> None:
    room_type = await places.add_room(days=1)
    with pytest.raises(ValueError, match=r"^accommodation\.hold-nights"):
        await accommodation.handle("accommodation.hold-nights", ask.hold(room_type.id, 0, 1, **wrong))
    assert await ask.answers() == []
    assert await places.nights(room_type) == [(0, 0)]


async def test_a_host_is_refused_their_own_place(places: Any, ask: Any) -> None:
    host = uuid7()
    room_type = await places.add_room(days=1, host_id=host)
    own, other = ask.hold(room_type.id, 0, 1, guest_id=host), ask.hold(room_type.id, 0, 1)
    refused, held = await ask("hold-nights", own, other)
    assert (refused.payload["reason"], refused.payload["night"]) == ("NOT_ON_SALE", None)
    assert held.name == "accommodation.nights.held"


@pytest.mark.parametrize(
    "place",
    [{"status": AccommodationStatus.WITHDRAWN}, {"status": AccommodationStatus.DRAFT}, {"deleted": True}],
    ids=["withdrawn", "draft", "deleted"],
)
async def test_what_is_not_on_sale_is_refused(places: Any, ask: Any, place: dict[str, Any]) -> None:
    room_type = await places.add_room(days=1, **place)
    [refused] = await ask("hold-nights", ask.hold(room_type.id, 0, 1))
    assert (refused.payload["reason"], refused.payload["night"]) == ("NOT_ON_SALE", None)
    assert await places.nights(room_type) == [(0, 0)]


async def test_a_deleted_room_type_is_refused(places: Any, ask: Any) -> None:
    room_type = await places.add_room_type(await places.add(), deleted=True)
    await places.open(room_type, 0, 1)
    [refused] = await ask("hold-nights", ask.hold(room_type.id, 0, 1))
    assert refused.payload["reason"] == "NOT_ON_SALE"


async def test_a_stay_of_centuries_is_refused_without_a_look_at_its_nights(
    accommodation: SubgraphUnderTest, places: Any, ask: Any
) -> None:
    room_type = await places.add_room(days=1)
    accommodation.sql.clear()
    [refused] = await ask("hold-nights", ask.hold(room_type.id, 0, 1, check_out="9999-01-01"))
    assert refused.payload["reason"] == "MAX_NIGHTS"
    assert not [statement for statement in accommodation.sql if "FROM nights" in statement]


async def test_a_batch_of_many_bookings_takes_a_few_statements(
    accommodation: SubgraphUnderTest, places: Any, ask: Any
) -> None:
    rooms = [await places.add_room(units=20, days=5) for _ in range(3)]
    commands = [ask.hold(room.id, at % 4, at % 4 + 2) for at, room in enumerate(rooms * 20)]
    accommodation.sql.clear()
    answers = await ask("hold-nights", *commands)
    writes = [statement.split()[0] for statement in accommodation.sql if not statement.startswith("SELECT outbox")]
    assert [answer.name for answer in answers] == ["accommodation.nights.held"] * 60
    assert writes.count("SELECT") <= 4, accommodation.sql
    assert len(writes) <= 8, accommodation.sql


async def test_a_hold_remembers_until_when_it_is_good(places: Any, ask: Any) -> None:
    room_type = await places.add_room(days=1)
    command = ask.hold(room_type.id, 0, 1)
    await ask("hold-nights", command)
    hold = await places.hold_of(command["booking_id"])
    assert (hold.status, hold.guest_id, hold.rooms) == (HoldStatus.HELD, command["guest_id"], 1)
    assert abs(hold.due_at - ask.due_at) < timedelta(milliseconds=1)
