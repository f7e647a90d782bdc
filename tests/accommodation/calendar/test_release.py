"""Releasing holds: held and sold rooms are free again, and the booking can't hold once more."""

from typing import Any

import pytest

from subgraphs.accommodation.calendar.tables import HoldStatus


@pytest.mark.parametrize("confirmed", [False, True], ids=["held", "sold"])
async def test_held_and_sold_rooms_are_free_again_once(places: Any, ask: Any, confirmed: bool) -> None:
    room_type = await places.add_room(units=4, days=2)
    command, other = ask.hold(room_type.id, 0, 2, rooms=2, guests=3), ask.hold(room_type.id, 0, 1)
    await ask("hold-nights", command, other)
    if confirmed:
        await ask("confirm-hold", command)
    answers = await ask("release-hold", command, command) + await ask("release-hold", command)
    assert [(each.name, each.payload) for each in answers] == [
        ("accommodation.nights.released", {"booking_id": str(command["booking_id"])})
    ] * 3
    assert await places.nights(room_type) == [(1, 0), (0, 0)]
    assert (await places.hold_of(command["booking_id"])).status == HoldStatus.RELEASED


async def test_a_hold_that_comes_after_its_release_is_refused(places: Any, ask: Any) -> None:
    room_type = await places.add_room(days=1)
    command = ask.hold(room_type.id, 0, 1)
    [released] = await ask("release-hold", command)
    [refused] = await ask("hold-nights", command)
    assert (released.name, refused.name) == ("accommodation.nights.released", "accommodation.nights.refused")
    assert refused.payload == {
        "booking_id": str(command["booking_id"]),
        "reason": "NOT_ON_SALE",
        "message": "The nights of this booking were let go.",
        "night": None,
    }
    assert await places.nights(room_type) == [(0, 0)]


async def test_a_hold_that_comes_again_after_its_release_is_refused(places: Any, ask: Any) -> None:
    room_type = await places.add_room(days=1)
    command = ask.hold(room_type.id, 0, 1)
    await ask("hold-nights", command)
    await ask("release-hold", command)
    [refused] = await ask("hold-nights", command)
    assert refused.name == "accommodation.nights.refused"
    assert await places.nights(room_type) == [(0, 0)]


async def test_releasing_a_refused_booking_changes_no_night(places: Any, ask: Any) -> None:
    room_type = await places.add_room(days=1)
    first, second = ask.hold(room_type.id, 0, 1), ask.hold(room_type.id, 0, 1)
    await ask("hold-nights", first, second)
    [released] = await ask("release-hold", second)
    assert released.name == "accommodation.nights.released"
    assert await places.nights(room_type) == [(1, 0)]
    assert (await places.hold_of(second["booking_id"])).status == HoldStatus.REFUSED
