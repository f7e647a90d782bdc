"""People keep places in mind."""

import asyncio
from typing import Any

from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.accommodation.accommodations.tables import AccommodationStatus
from tests.accommodation.backoffice import DELETE, Person
from tests.accommodation.reviews.guests import Guest

ADD = "mutation ($id: ID!) { addToWishlist(accommodationId: $id) { name inWishlist } }"
REMOVE = "mutation ($id: ID!) { removeFromWishlist(accommodationId: $id) { name inWishlist } }"
MINE = """query ($of: [_Any!]!, $first: Int!, $after: String) { _entities(representations: $of) { ... on Viewer {
    wishlist(first: $first, after: $after) {
        totalCount nodes { name bookable inWishlist } pageInfo { hasNextPage endCursor } } } } }"""
ALL = "{ accommodations(first: 50) { nodes { name inWishlist } } }"


async def wishlist(guest: Guest, size: int = 100) -> list[str]:
    names, after = [], None
    while True:
        of = [{"__typename": "Viewer", "id": str(guest.id)}]
        page = (await guest.get(MINE, of=of, first=size, after=after))[0]["wishlist"]
        names += [node["name"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            assert page["totalCount"] == len(names)
            return names


async def test_places_are_added_once_and_removed_and_shown_latest_first(
    accommodation: SubgraphUnderTest, places: Any
) -> None:
    guest = Guest(accommodation)
    keys = [str((await places.add(name)).id) for name in ("Alder", "Birch", "Cedar")]
    for key in (*keys, keys[0]):
        assert (await guest.get(ADD, id=key))["inWishlist"] is True
    assert await wishlist(guest, 2) == ["Cedar", "Birch", "Alder"]
    for _ in range(2):
        assert await guest.get(REMOVE, id=keys[1]) == {"name": "Birch", "inWishlist": False}
    assert await wishlist(guest) == ["Cedar", "Alder"]
    assert await wishlist(Guest(accommodation)) == []


async def test_the_same_wish_from_many_sides_is_one(accommodation: SubgraphUnderTest, places: Any) -> None:
    guest, place = Guest(accommodation), str((await places.add()).id)
    await asyncio.gather(*(guest.get(ADD, id=place) for _ in range(8)))
    assert await wishlist(guest) == ["Blue House"]


async def test_a_place_that_is_gone_stays_on_the_list_until_it_is_removed(
    accommodation: SubgraphUnderTest, places: Any, host: Person
) -> None:
    guest, place = Guest(accommodation), str((await places.add("Gone", host_id=host.id)).id)
    await guest.get(ADD, id=place)
    await host.get(DELETE, id=place)
    assert await wishlist(guest) == ["Gone"]
    assert (await Guest(accommodation).ask(ADD, id=place)).codes == ["NOT_FOUND"]
    await guest.get(REMOVE, id=place)
    assert await wishlist(guest) == []


async def test_what_was_never_shown_can_not_be_wished_for(accommodation: SubgraphUnderTest, places: Any) -> None:
    guest = Guest(accommodation)
    draft = await places.add(status=AccommodationStatus.DRAFT)
    for key in (draft.id, uuid7()):
        for document in (ADD, REMOVE):
            assert (await guest.ask(document, id=str(key))).codes == ["NOT_FOUND"]
    assert await wishlist(guest) == []


async def test_who_is_not_signed_in_has_no_wishlist(accommodation: SubgraphUnderTest, places: Any) -> None:
    place = str((await places.add()).id)
    for document in (ADD, REMOVE):
        assert (await accommodation.graphql(document, {"id": place})).codes == ["UNAUTHENTICATED"]
    accommodation.sql.clear()
    answer = await accommodation.graphql(ALL)
    assert answer.data["accommodations"]["nodes"] == [{"name": "Blue House", "inWishlist": False}]
    assert len(accommodation.sql) == 1


async def test_a_page_of_50_places_says_of_each_whether_it_is_wished_for_in_one_statement_more(
    accommodation: SubgraphUnderTest, places: Any
) -> None:
    guest = Guest(accommodation)
    keys = [str((await places.add(f"Place {at}")).id) for at in range(50)]
    for key in keys[:3]:
        await guest.get(ADD, id=key)
    accommodation.sql.clear()
    found = (await guest.get(ALL))["nodes"]
    assert sorted(node["name"] for node in found if node["inWishlist"]) == ["Place 0", "Place 1", "Place 2"]
    assert len(accommodation.sql) == 2
