"""One place, by its id or by reference."""

from typing import Any

import pytest

from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.accommodation.accommodations.tables import AccommodationKind, AccommodationStatus, Amenity

ONE = "query ($id: ID!) { accommodation(id: $id) { name bookable lowestPrice { amount } } }"
REFERENCE = """query ($id: ID!) { _entities(representations: [{ __typename: "Accommodation", id: $id }]) {
    ... on Accommodation { name bookable lowestPrice { amount } } } }"""


async def test_a_place_says_what_it_is(accommodation: SubgraphUnderTest, places: Any) -> None:
    place = await places.add(
        "Blue House",
        kind=AccommodationKind.HANOK,
        amenities=[Amenity.WIFI, Amenity.HOT_TUB],
        latitude=35.1587,
        longitude=129.1604,
    )
    answer = await accommodation.graphql(
        """query ($id: ID!) { accommodation(id: $id) {
            id bookable host { __typename id } name description kind amenities checkInTime checkOutTime createdAt
            address { line region country coordinates { latitude longitude } }
            cancellationPolicy { name tiers { daysBefore feePercent } } roomTypes { name }
        } }""",
        {"id": str(place.id)},
    )
    assert answer.errors == []
    created = answer.data["accommodation"].pop("createdAt")
    assert created.endswith("Z")
    assert answer.data["accommodation"] == {
        "id": str(place.id),
        "bookable": True,
        "host": {"__typename": "User", "id": str(place.host_id)},
        "name": "Blue House",
        "description": "By the sea.",
        "kind": "HANOK",
        "amenities": ["WIFI", "HOT_TUB"],
        "checkInTime": "15:00:00",
        "checkOutTime": "11:00:00",
        "address": {
            "line": "1 Beach Road",
            "region": "Haeundae",
            "country": "KR",
            "coordinates": {"latitude": 35.1587, "longitude": 129.1604},
        },
        "cancellationPolicy": {"name": "Flexible", "tiers": [{"daysBefore": 1, "feePercent": 0}]},
        "roomTypes": [],
    }


@pytest.mark.parametrize(
    "place", [{"status": AccommodationStatus.WITHDRAWN}, {"deleted": True}], ids=["withdrawn", "deleted"]
)
async def test_what_was_once_shown_still_answers_and_is_not_bookable(
    accommodation: SubgraphUnderTest, places: Any, place: dict[str, Any]
) -> None:
    room_type = await places.add_room(name="Once", **place)
    known = {"name": "Once", "bookable": False, "lowestPrice": None}
    asked = {"id": str(room_type.accommodation_id)}
    assert (await accommodation.graphql(ONE, asked)).data == {"accommodation": known}
    assert (await accommodation.graphql(REFERENCE, asked)).data == {"_entities": [known]}


@pytest.mark.parametrize("deleted", [False, True])
async def test_a_draft_is_nowhere(accommodation: SubgraphUnderTest, places: Any, deleted: bool) -> None:
    room_type = await places.add_room(status=AccommodationStatus.DRAFT, deleted=deleted)
    asked = {"id": str(room_type.accommodation_id)}
    assert (await accommodation.graphql(ONE, asked)).data == {"accommodation": None}
    assert (await accommodation.graphql(REFERENCE, asked)).data == {"_entities": [None]}
    room = await accommodation.graphql(f'{{ roomType(id: "{room_type.id}") {{ name }} }}')
    assert (room.data, room.errors) == ({"roomType": None}, [])


async def test_what_does_not_exist_is_null_and_what_is_no_id_is_refused(accommodation: SubgraphUnderTest) -> None:
    assert (await accommodation.graphql(ONE, {"id": str(uuid7())})).data == {"accommodation": None}
    answer = await accommodation.graphql(ONE, {"id": "1"})
    assert (answer.codes, answer.errors[0]["extensions"]["fields"]) == (
        ["INVALID_INPUT"],
        [{"field": "id", "code": "NOT_A_UUID"}],
    )
