"""Extending holds: a later due time, for what is held and for what lapsed and is still free."""

from datetime import datetime, timedelta
from typing import Any

from chassis import clock
from chassis.testing import SubgraphUnderTest
from subgraphs.accommodation.calendar.let_go_overdue import let_go_overdue
from subgraphs.accommodation.calendar.tables import HoldStatus


async def lapse(accommodation: SubgraphUnderTest) -> None:
    async with accommodation.database.transaction() as session:
        assert await let_go_overdue(session, clock.now() + timedelta(days=2)) == 1


async def test_a_hold_is_good_until_the_later_time(places: Any, ask: Any) -> None:
    room_type = await places.add_room(days=1)
    command = ask.hold(room_type.id, 0, 1)
    await ask("hold-nights", command)
    later = ask.due_at + timedelta(hours=20)
    [extended] = await ask("extend-hold", command | {"due_at": later})
    assert extended.name == "accommodation.nights.extended"
    assert extended.payload["booking_id"] == str(command["booking_id"])
    assert datetime.fromisoformat(extended.payload["due_at"]) == later
    [shorter] = await ask("extend-hold", command)
    assert datetime.fromisoformat(shorter.payload["due_at"]) == later
    hold = await places.hold_of(command["booking_id"])
    assert (hold.status, hold.due_at) == (HoldStatus.HELD, later)
    assert await places.nights(room_type) == [(1, 0)]


async def test_a_lapsed_hold_is_held_again_where_it_is_free(
    accommodation: SubgraphUnderTest, places: Any, ask: Any
) -> None:
    room_type = await places.add_room(days=1)
    command = ask.hold(room_type.id, 0, 1)
    await ask("hold-nights", command)
    await lapse(accommodation)
    [extended] = await ask("extend-hold", command | {"due_at": ask.due_at + timedelta(hours=1)})
    assert extended.name == "accommodation.nights.extended"
    assert await places.nights(room_type) == [(1, 0)]


async def test_a_lapsed_hold_that_is_taken_is_lost(accommodation: SubgraphUnderTest, places: Any, ask: Any) -> None:
    room_type = await places.add_room(days=1)
    late, quick = ask.hold(room_type.id, 0, 1), ask.hold(room_type.id, 0, 1)
    await ask("hold-nights", late)
    await lapse(accommodation)
    await ask("hold-nights", quick)
    [lost] = await ask("extend-hold", late)
    assert (lost.name, lost.payload["reason"], lost.payload["night"]) == (
        "accommodation.nights.lost",
        "SOLD_OUT",
        str(places.today),
    )
    assert (await places.hold_of(late["booking_id"])).status == HoldStatus.LOST
    assert await places.nights(room_type) == [(1, 0)]


async def test_what_was_let_go_or_never_held_is_not_extended(places: Any, ask: Any) -> None:
    room_type = await places.add_room(days=1)
    released, unknown = ask.hold(room_type.id, 0, 1), ask.hold(room_type.id, 0, 1)
    await ask("hold-nights", released)
    await ask("release-hold", released)
    answers = await ask("extend-hold", released, unknown)
    assert [(each.name, each.payload["reason"]) for each in answers] == [
        ("accommodation.nights.lost", "NOT_ON_SALE")
    ] * 2
    assert await places.nights(room_type) == [(0, 0)]
