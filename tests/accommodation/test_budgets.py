"""How many statements a request costs, however many places and rooms it shows."""

from typing import Any

import pytest

from chassis.testing import SubgraphUnderTest
from tests.accommodation.backoffice import (
    CHANGE,
    CHANGE_NIGHTS,
    CHANGE_ROOM_TYPE,
    DELETE,
    OPEN,
    PUBLISH,
    WITHDRAW,
    Person,
)
from tests.accommodation.reviews.guests import Guest

STAY = '{ checkIn: "%s", checkOut: "%s" }'


async def statements(accommodation: SubgraphUnderTest, document: str, **variables: Any) -> int:
    accommodation.sql.clear()
    answer = await accommodation.graphql(document, variables)
    assert answer.errors == []
    return len(accommodation.sql)


@pytest.fixture
async def town(places: Any) -> list[Any]:
    return [await places.add_room(name=f"Place {at}", days=3) for at in range(50)]


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize(
    ("fields", "budget"),
    [
        ("name", 1),
        ("name roomTypes { name basePrice { amount } }", 2),
        ("name lowestPrice { amount }", 2),
        ("name lowestPrice { amount } stayed: lowestPrice(stay: $stay) { amount }", 3),
        ("roomTypes { quote(stay: $stay) { available } }", 4),
        ("roomTypes { calendar(from: $from, to: $to) { date } }", 4),
        ("roomTypes { accommodation { name } }", 3),
    ],
)
async def test_a_page_of_50_places_has_its_budget(
    accommodation: SubgraphUnderTest, places: Any, fields: str, budget: int
) -> None:
    document = f"""query ($stay: StayInput, $from: Date!, $to: Date!) {{
        accommodations(first: 50) {{ nodes {{ {fields} }} }}
    }}"""
    dates = {"from": str(places.day(0)), "to": str(places.day(2))}
    stay = {"checkIn": dates["from"], "checkOut": dates["to"]}
    if "$stay" not in fields:
        document = document.replace("$stay: StayInput, ", "")
    if "$from" not in fields:
        document = document.replace("$from: Date!, $to: Date!", "").replace("query ()", "query")
    document = document.replace("$stay: StayInput,", "$stay: StayInput!,")
    given = {"stay": stay} if "$stay" in document else {}
    given |= dates if "$from" in document else {}
    assert await statements(accommodation, document, **given) == budget


async def test_50_references_take_one_statement_for_each_type(
    accommodation: SubgraphUnderTest, town: list[Any]
) -> None:
    asked = [{"__typename": "RoomType", "id": str(each.id)} for each in town]
    asked += [{"__typename": "Accommodation", "id": str(each.accommodation_id)} for each in town]
    document = """query ($asked: [_Any!]!) {
        _entities(representations: $asked) { ... on RoomType { name } ... on Accommodation { name } }
    }"""
    assert await statements(accommodation, document, asked=asked) == 2


async def test_a_search_by_words_takes_one_statement_more(accommodation: SubgraphUnderTest, town: list[Any]) -> None:
    document = '{ accommodations(filter: { text: "plaec haeundae" }) { nodes { name } } }'
    assert await statements(accommodation, document) == 2


async def test_one_place_or_room_type_takes_one_statement(accommodation: SubgraphUnderTest, town: list[Any]) -> None:
    one = f'{{ accommodation(id: "{town[0].accommodation_id}") {{ name }} }}'
    assert await statements(accommodation, one) == 1
    assert await statements(accommodation, f'{{ roomType(id: "{town[0].id}") {{ name }} }}') == 1


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize(
    ("fields", "budget"),
    [
        ("name status createdBy { id }", 1),
        ("roomTypes { name units basePrice { amount } }", 2),
        ("roomTypes { accommodation { name } }", 3),
        ("roomTypes { calendar(from: $from, to: $to) { units held } }", 3),
    ],
)
async def test_a_page_of_50_places_in_the_back_office_has_its_budget(
    accommodation: SubgraphUnderTest, places: Any, administrator: Person, fields: str, budget: int
) -> None:
    dates = {"from": str(places.day(0)), "to": str(places.day(2))} if "$from" in fields else {}
    named = "($from: Date!, $to: Date!)" if dates else ""
    for first in (50, 2):
        accommodation.sql.clear()
        await administrator.get(
            f"query {named} {{ accommodations(first: {first}) {{ nodes {{ {fields} }} }} }}", **dates
        )
        assert len(accommodation.sql) == budget


async def test_what_a_host_changes_takes_few_statements(
    accommodation: SubgraphUnderTest, places: Any, host: Person
) -> None:
    place = await host.create()
    room_type = await host.create_room_type(place)
    dates = {"roomTypeId": room_type, "from": str(places.day(0)), "to": str(places.day(300))}
    budgets = [
        # Lock, write, say.
        (CHANGE, {"input": {"accommodationId": place, "description": "Quiet."}}, 3),
        # As above, and learn its words.
        (CHANGE, {"input": {"accommodationId": place, "name": "Mountain hut"}}, 4),
        (CHANGE_ROOM_TYPE, {"input": {"roomTypeId": room_type, "units": 2}}, 3),
        (OPEN, {"input": dates}, 4),
        # Lock the room type and its nights, write, note, read.
        (CHANGE_NIGHTS, {"input": dates | {"price": 1}}, 5),
        # As the first, and look for a room type.
        (PUBLISH, {"id": place}, 4),
        (WITHDRAW, {"id": place}, 3),
        # Lock, find the rooms, lock their nights, take them off sale, lock their photos, write, say.
        (DELETE, {"id": place}, 7),
    ]
    for document, variables, budget in budgets:
        accommodation.sql.clear()
        await host.get(document, **variables)
        spent = [each for each in accommodation.sql if not each.startswith("NOTIFY")]
        assert len(spent) == budget, spent


async def test_what_a_guest_does_takes_few_statements(accommodation: SubgraphUnderTest, places: Any) -> None:
    guest, room_type = Guest(accommodation), await places.add_room()
    booking_id, place = str(await guest.stay(room_type)), str(room_type.accommodation_id)
    given = {"bookingId": booking_id, "rating": 4, "text": ""}
    review = "mutation ($input: CreateReviewInput!) { createReview(input: $input) { id } }"
    change = "mutation ($input: UpdateReviewInput!) { updateReview(input: $input) { id } }"
    upload = "mutation ($input: RequestPhotoUploadInput!) { requestPhotoUpload(input: $input) { url } }"
    add = "mutation ($id: ID!) { addToWishlist(accommodationId: $id) { name } }"
    remove = "mutation ($id: ID!) { removeFromWishlist(accommodationId: $id) { name } }"
    # Find the stay, insert, find the place, count, say.
    key = (await spent(guest, 5, review, input=given))["id"]
    await spent(guest, 1, "query ($id: ID!) { review(id: $id) { rating } }", id=key)
    await spent(guest, 2, "query ($id: ID!) { review(id: $id) { rating photos { url } } }", id=key)
    # Lock with its place, write, count, say.
    await spent(guest, 4, change, input={"reviewId": key, "rating": 5})
    # Count what is unused, insert.
    await spent(guest, 2, upload, input={"contentType": "image/png", "byteLength": 1})
    # Find the place, write.
    await spent(guest, 2, add, id=place)
    await spent(guest, 2, remove, id=place)
    # Lock with its place, lock its photos, write, count, say.
    await spent(guest, 5, "mutation ($id: ID!) { deleteReview(reviewId: $id) }", id=key)


async def spent(guest: Guest, budget: int, document: str, **variables: Any) -> Any:
    guest.subgraph.sql.clear()
    found = await guest.get(document, **variables)
    sent = [each for each in guest.subgraph.sql if not each.startswith("NOTIFY")]
    assert len(sent) == budget, sent
    return found
