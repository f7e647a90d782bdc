"""Room types in the back office."""

from typing import Any

from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from tests.accommodation.backoffice import CHANGE_ROOM_TYPE, CREATE_ROOM_TYPE, Person, a_room_type

ROOMS = """query ($id: ID!) { accommodation(id: $id) { roomTypes {
    id name description maxGuests maxNights units basePrice { amount currency } accommodation { id } } } }"""


async def rooms(person: Person, accommodation_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await person.get(ROOMS, id=accommodation_id))["roomTypes"]
    return found


async def test_a_room_type_is_created_and_changed_and_said_to_be(
    accommodation: SubgraphUnderTest, host: Person
) -> None:
    place = await host.create()
    created = await host.create_room_type(place, basePrice="90000.75")
    shown = {
        "id": created,
        "name": "Double",
        "description": "A bed.",
        "maxGuests": 2,
        "maxNights": 30,
        "units": 3,
        "basePrice": {"amount": 90_000, "currency": "KRW"},
        "accommodation": {"id": place},
    }
    assert await rooms(host, place) == [shown]
    await host.get(CHANGE_ROOM_TYPE, input={"roomTypeId": created, "units": 5, "maxNights": 7})
    assert await rooms(host, place) == [shown | {"units": 5, "maxNights": 7}]
    assert [each.name for each in await accommodation.published()] == ["accommodation.accommodation.changed"] * 2


async def test_what_is_no_room_type_is_refused_and_nothing_is_kept(
    accommodation: SubgraphUnderTest, host: Person
) -> None:
    place = await host.create()
    answer = await host.ask(CREATE_ROOM_TYPE, input=a_room_type(place, units=0, maxGuests=0))
    assert answer.codes == ["INVALID_INPUT"]
    assert [each["field"] for each in answer.errors[0]["extensions"]["fields"]] == ["maxGuests", "units"]
    created = await host.create_room_type(place)
    before = await rooms(host, place)
    answer = await host.ask(CHANGE_ROOM_TYPE, input={"roomTypeId": created, "name": "Suite", "basePrice": -1})
    assert answer.codes == ["INVALID_INPUT"]
    assert await rooms(host, place) == before
    assert len(await accommodation.published()) == 1


async def test_a_room_type_of_nothing_is_not_found(host: Person) -> None:
    answer = await host.ask(CREATE_ROOM_TYPE, input=a_room_type(uuid7()))
    assert answer.codes == ["NOT_FOUND"]
    answer = await host.ask(CHANGE_ROOM_TYPE, input={"roomTypeId": str(uuid7())})
    assert answer.codes == ["NOT_FOUND"]
