"""Reviews of places and of the viewer, page by page."""

from typing import Any

import pytest

from chassis.testing import SubgraphUnderTest
from tests.accommodation.reviews.guests import Guest

PLACE = """query ($id: ID!, $orderBy: ReviewOrder!, $first: Int!, $after: String) { accommodation(id: $id) {
    reviews(orderBy: $orderBy, first: $first, after: $after) {
        totalCount nodes { rating text } pageInfo { hasNextPage endCursor } } } }"""
MINE = """query ($of: [_Any!]!) { _entities(representations: $of) { ... on Viewer {
    reviews { totalCount nodes { text } } } } }"""
MANY = """{ accommodations(first: 20) { nodes { name rating reviewCount
    reviews(first: 20) { nodes { rating text author { id } photos { url } accommodation { name } } } } } }"""


async def read(subgraph: SubgraphUnderTest, place: Any, order: str, size: int) -> list[str]:
    found, after = [], None
    while True:
        variables = {"id": str(place), "orderBy": order, "first": size, "after": after}
        answer = await subgraph.graphql(PLACE, variables)
        assert answer.errors == []
        page = answer.data["accommodation"]["reviews"]
        assert page["totalCount"] == 7
        found += [f"{node['rating']} {node['text']}" for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return found


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("NEWEST", ["4 g", "1 f", "3 e", "3 d", "5 c", "4 b", "4 a"]),
        ("RATING_DESC", ["5 c", "4 g", "4 b", "4 a", "3 e", "3 d", "1 f"]),
        ("RATING_ASC", ["1 f", "3 d", "3 e", "4 a", "4 b", "4 g", "5 c"]),
    ],
)
async def test_pages_have_each_review_once_in_every_order(
    accommodation: SubgraphUnderTest, places: Any, order: str, expected: list[str]
) -> None:
    room_type, other = await places.add_room(), await places.add_room()
    for stars, text in zip((4, 4, 5, 3, 3, 1, 4), "abcdefg", strict=True):
        await Guest(accommodation).review(room_type, stars, text)
        await Guest(accommodation).review(other, stars, "other")
    for size in (1, 3, 100):
        assert await read(accommodation, room_type.accommodation_id, order, size) == expected


async def test_a_page_that_can_not_be_is_refused(accommodation: SubgraphUnderTest, places: Any) -> None:
    place = (await places.add()).id
    for wrong in ({"first": 101}, {"first": 0}, {"after": "nonsense"}):
        variables = {"id": str(place), "orderBy": "NEWEST", "first": 1} | wrong
        assert (await accommodation.graphql(PLACE, variables)).codes == ["INVALID_INPUT"]


async def test_a_page_of_places_with_reviews_takes_a_fixed_number_of_statements(
    accommodation: SubgraphUnderTest, places: Any
) -> None:
    for many in (1, 8):
        for at in range(many):
            room_type = await places.add_room(name=f"Place {at}")
            for _ in range(many):
                await Guest(accommodation).review(room_type)
        accommodation.sql.clear()
        assert (await accommodation.graphql(MANY)).errors == []
        # The places, a page of reviews of each, and the places and photos of those.
        assert len(accommodation.sql) == 4


async def test_the_viewer_sees_all_of_their_own_and_nobody_anothers(
    accommodation: SubgraphUnderTest, places: Any
) -> None:
    guest = Guest(accommodation)
    for text in ("first", "second"):
        await guest.review(await places.add_room(), text=text)
    await Guest(accommodation).review(await places.add_room(), text="another's")
    of = [{"__typename": "Viewer", "id": str(guest.id)}]
    accommodation.sql.clear()
    reviews = (await guest.get(MINE, of=of))[0]["reviews"]
    assert reviews == {"totalCount": 2, "nodes": [{"text": "second"}, {"text": "first"}]}
    assert len(accommodation.sql) == 2
    assert await Guest(accommodation).get(MINE, of=of) == [None]
    assert (await accommodation.graphql(MINE, {"of": of})).data == {"_entities": [None]}


async def test_50_bookings_take_two_statements(accommodation: SubgraphUnderTest, places: Any) -> None:
    guest, room_type = Guest(accommodation), await places.add_room()
    of = [{"__typename": "Booking", "id": str(await guest.stay(room_type))} for _ in range(50)]
    document = (
        "query ($of: [_Any!]!) { _entities(representations: $of) { ... on Booking { canReview review { id } } } }"
    )
    for many in (50, 2):
        accommodation.sql.clear()
        assert await guest.get(document, of=of[:many]) == [{"canReview": True, "review": None}] * many
        assert len(accommodation.sql) == 2
