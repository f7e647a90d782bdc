"""Places go on sale and off it."""

import asyncio
from typing import Any

import pytest

from chassis.testing import SubgraphUnderTest
from tests.accommodation.backoffice import (
    CHANGE,
    DELETE,
    DELETE_ROOM_TYPE,
    PUBLISH,
    WITHDRAW,
    Person,
)
from tests.accommodation.calendar.books import ensure_nights_agree

STATUS = "query ($id: ID!) { accommodation(id: $id) { status deletedAt deletedBy { id } roomTypes { id } } }"
PUBLIC = "query ($id: ID!) { accommodation(id: $id) { bookable } accommodations { nodes { id } } }"


async def seen_by_guests(subgraph: SubgraphUnderTest, place: str) -> tuple[bool | None, bool]:
    """Whether it can be booked (None: it is not there), and whether a search finds it."""
    data = (await subgraph.graphql(PUBLIC, {"id": place})).data
    found = [node["id"] for node in data["accommodations"]["nodes"]]
    return (data["accommodation"]["bookable"] if data["accommodation"] else None, place in found)


async def said(subgraph: SubgraphUnderTest) -> list[str]:
    """What became of places, without what hosts did to rooms before."""
    names = [each.name.removeprefix("accommodation.accommodation.") for each in await subgraph.published()]
    return [name for name in names if name != "changed"]


async def test_a_place_is_published_with_a_room_type_withdrawn_and_published_again(
    accommodation: SubgraphUnderTest, host: Person
) -> None:
    place = await host.create()
    assert (await host.ask(PUBLISH, id=place)).codes == ["CONFLICT"]
    assert (await host.ask(WITHDRAW, id=place)).codes == ["CONFLICT"]
    assert await seen_by_guests(accommodation, place) == (None, False)
    await host.create_room_type(place)
    for document, status, seen in [
        (PUBLISH, "PUBLISHED", (True, True)),
        (PUBLISH, "PUBLISHED", (True, True)),
        (WITHDRAW, "WITHDRAWN", (False, False)),
        (WITHDRAW, "WITHDRAWN", (False, False)),
        (PUBLISH, "PUBLISHED", (True, True)),
    ]:
        assert await host.get(document, id=place) == {"status": status}
        assert await seen_by_guests(accommodation, place) == seen
    assert await said(accommodation) == ["published", "withdrawn", "published"]


async def test_a_deleted_place_is_gone_but_answers_what_points_at_it(
    accommodation: SubgraphUnderTest, places: Any, host: Person
) -> None:
    room_type = await places.add_room(host_id=host.id)
    place = str(room_type.accommodation_id)
    deleted = await host.get(DELETE, id=place)
    assert (deleted["deletedBy"], deleted["deletedAt"] is not None) == ({"id": str(host.id)}, True)
    assert await seen_by_guests(accommodation, place) == (False, False)
    assert await said(accommodation) == ["deleted"]
    for document, variables in [
        (DELETE, {"id": place}),
        (PUBLISH, {"id": place}),
        (CHANGE, {"input": {"accommodationId": place, "name": "Back"}}),
    ]:
        assert (await host.ask(document, **variables)).codes == ["NOT_FOUND"]
    assert await places.nights(room_type) == []


@pytest.mark.parametrize("taken", [{"held": 1}, {"sold": 1}])
async def test_what_is_booked_ahead_is_not_deleted(
    accommodation: SubgraphUnderTest, places: Any, host: Person, taken: dict[str, int]
) -> None:
    place = await places.add(host_id=host.id)
    room_type, other = await places.add_room_type(place), await places.add_room_type(place)
    await places.open(room_type, -3, 4)
    await places.open(room_type, 4, 5, **taken)
    for document, key in [(DELETE, place.id), (DELETE_ROOM_TYPE, room_type.id)]:
        answer = await host.ask(document, id=str(key))
        assert answer.codes == ["HAS_BOOKINGS"]
        assert answer.errors[0]["extensions"]["date"] == str(places.day(4))
    shown = await host.get(STATUS, id=str(place.id))
    assert (shown["status"], shown["deletedAt"], len(shown["roomTypes"])) == ("PUBLISHED", None, 2)
    assert len(await places.nights(room_type)) == 8
    assert await host.get(DELETE_ROOM_TYPE, id=str(other.id)) is True


async def test_nights_that_have_been_are_kept_and_stop_no_deletion(places: Any, host: Person) -> None:
    place = await places.add(host_id=host.id)
    room_type = await places.add_room_type(place)
    await places.open(room_type, -2, 0, sold=1)
    await places.open(room_type, 0, 3)
    await host.get(DELETE, id=str(place.id))
    assert await places.nights(room_type) == [(0, 1), (0, 1)]


async def test_the_last_room_type_goes_only_once_its_place_is_off_sale(
    accommodation: SubgraphUnderTest, places: Any, host: Person
) -> None:
    room_type = await places.add_room(host_id=host.id)
    assert (await host.ask(DELETE_ROOM_TYPE, id=str(room_type.id))).codes == ["CONFLICT"]
    assert len(await places.nights(room_type)) == 10
    await host.get(WITHDRAW, id=str(room_type.accommodation_id))
    assert await host.get(DELETE_ROOM_TYPE, id=str(room_type.id)) is True
    assert (await host.ask(DELETE_ROOM_TYPE, id=str(room_type.id))).codes == ["NOT_FOUND"]
    assert (await host.ask(PUBLISH, id=str(room_type.accommodation_id))).codes == ["CONFLICT"]


@pytest.mark.parametrize("of", ["place", "room type"])
async def test_what_is_for_sale_is_deleted_or_booked_whoever_comes_first(
    accommodation: SubgraphUnderTest, places: Any, ask: Any, host: Person, of: str
) -> None:
    rooms = [await places.add_room(host_id=host.id, days=5) for _ in range(12)]
    if of == "room type":
        for room_type in rooms:
            await host.create_room_type(room_type.accommodation_id)

    async def delete(room_type: Any) -> bool:
        document, key = (DELETE_ROOM_TYPE, room_type.id) if of == "room type" else (DELETE, room_type.accommodation_id)
        codes = (await host.ask(document, id=str(key))).codes
        assert codes in ([], ["HAS_BOOKINGS"])
        return codes == []

    async def book(room_type: Any) -> None:
        await accommodation.handle("accommodation.hold-nights", ask.hold(room_type.id, 1, 4))

    done = await asyncio.gather(*(each(room) for room in rooms for each in (delete, book)))
    deleted = done[::2]
    answers = [each.name.rsplit(".", 1)[1] for each in await accommodation.published() if ".nights." in each.name]
    assert sorted(answers) == ["held"] * deleted.count(False) + ["refused"] * deleted.count(True)
    for room_type, gone in zip(rooms, deleted, strict=True):
        expected = [] if gone else [(0, 0), (1, 0), (1, 0), (1, 0), (0, 0)]
        assert await places.nights(room_type) == expected
    await ensure_nights_agree(accommodation.database)


async def test_the_places_of_a_host_who_left_are_withdrawn(
    accommodation: SubgraphUnderTest, places: Any, host: Person
) -> None:
    theirs = [await places.add_room(host_id=host.id) for _ in range(2)]
    others = await places.add_room()
    draft = await host.create()
    for _ in range(2):
        left = {"user_id": host.id, "role": "HOST", "at": "2026-11-24T12:00:00Z"}
        await accommodation.handle("account.user.deleted", left)
    for room_type in theirs:
        assert await seen_by_guests(accommodation, str(room_type.accommodation_id)) == (False, False)
    assert await seen_by_guests(accommodation, str(others.accommodation_id)) == (True, True)
    assert (await host.get(STATUS, id=draft))["status"] == "DRAFT"
    assert await said(accommodation) == ["withdrawn", "withdrawn"]
    assert (await host.ask(PUBLISH, id=str(theirs[0].accommodation_id))).codes == ["CONFLICT"]
    later = await host.create()
    await host.create_room_type(later)
    assert (await host.ask(PUBLISH, id=later)).codes == ["CONFLICT"]
    assert await said(accommodation) == ["withdrawn", "withdrawn"]


async def test_nothing_a_host_puts_on_sale_while_they_leave_stays_there(
    accommodation: SubgraphUnderTest, host: Person
) -> None:
    drafts = [await host.create() for _ in range(12)]
    for draft in drafts:
        await host.create_room_type(draft)

    async def leave() -> None:
        left = {"user_id": host.id, "role": "HOST", "at": "2026-11-24T12:00:00Z"}
        await accommodation.handle("account.user.deleted", left)

    published = [host.ask(PUBLISH, id=draft) for draft in drafts]
    answers = await asyncio.gather(*published[:6], leave(), *published[6:])
    done = [answer.codes for answer in answers if answer is not None]
    assert all(codes in ([], ["CONFLICT"]) for codes in done)
    statuses = {(await host.get(STATUS, id=draft))["status"] for draft in drafts}
    assert statuses <= {"DRAFT", "WITHDRAWN"}
    told = await said(accommodation)
    assert told.count("published") == told.count("withdrawn") == done.count([])
