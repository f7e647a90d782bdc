"""Confirming holds: what was held is sold, what lapsed is taken again or lost."""

from datetime import timedelta
from typing import Any

from chassis import clock
from chassis.testing import SubgraphUnderTest
from subgraphs.accommodation.accommodations.tables import Accommodation, AccommodationStatus
from subgraphs.accommodation.calendar.let_go_overdue import let_go_overdue
from subgraphs.accommodation.calendar.tables import HoldStatus, Night


async def lapse(accommodation: SubgraphUnderTest) -> None:
    async with accommodation.database.transaction() as session:
        assert await let_go_overdue(session, clock.now() + timedelta(days=1)) == 1


async def test_what_is_held_is_sold_once(places: Any, ask: Any) -> None:
    room_type = await places.add_room(units=3, days=2)
    command = ask.hold(room_type.id, 0, 2, rooms=2)
    await ask("hold-nights", command)
    answers = await ask("confirm-hold", command, command)
    again = await ask("confirm-hold", command)
    assert [(each.name, each.key, each.payload) for each in answers + again] == [
        ("accommodation.nights.confirmed", str(command["booking_id"]), {"booking_id": str(command["booking_id"])})
    ] * 3
    assert await places.nights(room_type) == [(0, 2), (0, 2)]


async def test_a_confirmed_hold_that_is_asked_for_again_is_answered_as_it_was_held(places: Any, ask: Any) -> None:
    room_type = await places.add_room(days=1)
    command = ask.hold(room_type.id, 0, 1)
    [held] = await ask("hold-nights", command)
    await ask("confirm-hold", command)
    [again] = await ask("hold-nights", command)
    assert again.payload == held.payload
    assert await places.nights(room_type) == [(0, 1)]


async def test_a_lapsed_hold_takes_free_nights_again(accommodation: SubgraphUnderTest, places: Any, ask: Any) -> None:
    room_type = await places.add_room(days=2)
    command = ask.hold(room_type.id, 0, 2)
    await ask("hold-nights", command)
    await lapse(accommodation)
    assert await places.nights(room_type) == [(0, 0), (0, 0)]
    [confirmed] = await ask("confirm-hold", command)
    assert confirmed.name == "accommodation.nights.confirmed"
    assert await places.nights(room_type) == [(0, 1), (0, 1)]


async def test_a_lapsed_hold_whose_nights_are_gone_is_lost_and_stays_lost(
    accommodation: SubgraphUnderTest, places: Any, ask: Any
) -> None:
    room_type = await places.add_room(days=2)
    late, quick = ask.hold(room_type.id, 0, 2), ask.hold(room_type.id, 1, 2)
    await ask("hold-nights", late)
    await lapse(accommodation)
    await ask("hold-nights", quick)
    [lost] = await ask("confirm-hold", late)
    assert (lost.name, lost.payload) == (
        "accommodation.nights.lost",
        {"booking_id": str(late["booking_id"]), "reason": "SOLD_OUT", "night": str(places.day(1))},
    )
    assert await places.nights(room_type) == [(0, 0), (1, 0)]
    await ask("release-hold", quick)
    [again] = await ask("confirm-hold", late)
    assert again.payload == lost.payload
    assert await places.nights(room_type) == [(0, 0), (0, 0)]
    [refused] = await ask("hold-nights", late)
    assert (refused.name, refused.payload["reason"]) == ("accommodation.nights.refused", "SOLD_OUT")


async def test_two_lapsed_holds_of_the_last_room_do_not_both_get_it_again(
    accommodation: SubgraphUnderTest, places: Any, ask: Any
) -> None:
    room_type = await places.add_room(days=1)
    first, second = ask.hold(room_type.id, 0, 1), ask.hold(room_type.id, 0, 1)
    await ask("hold-nights", first)
    await lapse(accommodation)
    await ask("hold-nights", second)
    await lapse(accommodation)
    answers = await ask("confirm-hold", second, first)
    assert [each.name for each in answers] == ["accommodation.nights.confirmed", "accommodation.nights.lost"]
    assert await places.nights(room_type) == [(0, 1)]


async def test_a_lapsed_hold_of_a_place_that_was_withdrawn_is_lost(
    accommodation: SubgraphUnderTest, places: Any, ask: Any
) -> None:
    room_type = await places.add_room(days=1)
    command = ask.hold(room_type.id, 0, 1)
    await ask("hold-nights", command)
    await lapse(accommodation)
    async with accommodation.database.transaction() as session:
        place = await session.get(Accommodation, room_type.accommodation_id)
        assert place
        place.status = AccommodationStatus.WITHDRAWN
    [lost] = await ask("confirm-hold", command)
    assert lost.payload == {"booking_id": str(command["booking_id"]), "reason": "NOT_ON_SALE", "night": None}
    assert await places.nights(room_type) == [(0, 0)]


async def test_what_is_held_is_sold_though_the_night_was_closed_meanwhile(
    accommodation: SubgraphUnderTest, places: Any, ask: Any
) -> None:
    room_type = await places.add_room(days=1)
    command = ask.hold(room_type.id, 0, 1)
    await ask("hold-nights", command)
    async with accommodation.database.transaction() as session:
        night = await session.get(Night, (room_type.id, places.today))
        assert night
        night.closed = True
    [confirmed] = await ask("confirm-hold", command)
    assert confirmed.name == "accommodation.nights.confirmed"
    assert await places.nights(room_type) == [(0, 1)]


async def test_a_released_or_refused_hold_is_not_sold(places: Any, ask: Any) -> None:
    room_type = await places.add_room(days=1)
    released, refused = ask.hold(room_type.id, 0, 1), ask.hold(room_type.id, 0, 1)
    await ask("hold-nights", released, refused)
    await ask("release-hold", released)
    answers = await ask("confirm-hold", released, refused)
    assert [(each.name, each.payload["reason"]) for each in answers] == [
        ("accommodation.nights.lost", "NOT_ON_SALE"),
        ("accommodation.nights.lost", "SOLD_OUT"),
    ]
    assert await places.nights(room_type) == [(0, 0)]


async def test_a_booking_nobody_knows_is_lost_and_not_held_later(places: Any, ask: Any) -> None:
    room_type = await places.add_room(days=1)
    command = ask.hold(room_type.id, 0, 1)
    [lost] = await ask("confirm-hold", command)
    [refused] = await ask("hold-nights", command)
    assert (lost.name, refused.name) == ("accommodation.nights.lost", "accommodation.nights.refused")
    hold = await places.hold_of(command["booking_id"])
    assert hold.status == HoldStatus.LOST
    assert await places.nights(room_type) == [(0, 0)]
