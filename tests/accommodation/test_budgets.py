"""Every root field and entity of accommodation has a budget of SQL statements, however much it shows.

What is asked is asked for all it has. Fields are read from the schemas: one that has no budget here, or takes more than
it is given, fails.
"""

from typing import Any

import pytest

from chassis.testing import SubgraphUnderTest
from chassis.testing_schemas import entities, root_fields
from tests.accommodation.backoffice import Person
from tests.accommodation.estate import FACES, Estate, document_of, entities_of
from tests.accommodation.reviews.guests import Guest

MANY, FEW = 4, 2
# A place, and below it: its room types; photos of the place, of its room types and of its reviews; nights for the
# calendar and for the quote, with their offers; a page of reviews and its count, and whether their bookings were
# reviewed; the lowest price; whether it is wished for. One less where two kinds of photos are read at the same moment.
PLACE = 14
QUERIES = {
    "public Query.accommodation": PLACE,
    # The page is counted besides.
    "public Query.accommodations": PLACE + 1,
    "public Query.regions": 1,
    "public Query.review": PLACE + 1,
    "public Query.roomType": PLACE,
    # The place, its room types, photos of both, nights.
    "admin Query.accommodation": 5,
    "admin Query.accommodations": 6,
    # The page and its count, photos, and the place with all of the above.
    "admin Query.reviews": 8,
}
ENTITIES = {
    "public Accommodation": ("place", PLACE),
    "public Booking": ("booking", 2),
    "public Review": ("review", PLACE + 1),
    "public RoomType": ("room_type", PLACE),
    # Reviews and wishes, two pages and their counts; the places of both, read by and by.
    "public Viewer": ("guest", 2 * PLACE + 2),
    "admin Accommodation": ("place", 5),
    "admin Review": ("review", 7),
    "admin RoomType": ("room_type", 5),
}
# In an order in which one place can go through them all.
MUTATIONS = {
    # Learn its words, insert.
    "admin Mutation.createAccommodation": 2,
    # Lock, learn its words, write, say.
    "admin Mutation.updateAccommodation": 4,
    # Lock the place, insert, say.
    "admin Mutation.createRoomType": 3,
    "admin Mutation.updateRoomType": 3,
    # Lock the room type, insert nights, read them; nobody is noted who opened none.
    "admin Mutation.openNights": 3,
    # Lock the room type and its nights, write, note, read.
    "admin Mutation.updateNights": 5,
    # Find the photos; lock the place and the photos, write, say.
    "admin Mutation.setPhotos": 4,
    "admin Mutation.setRoomTypePhotos": 5,
    # Count what is unused, insert.
    "admin Mutation.requestPhotoUpload": 2,
    # Lock with its place, write, say.
    "admin Mutation.replyToReview": 3,
    # And count.
    "admin Mutation.hideReview": 4,
    "admin Mutation.unhideReview": 4,
    # Find the photos; find the stay, insert, lock and show the photos, find the place, count, say.
    "public Mutation.createReview": 8,
    "public Mutation.updateReview": 3,
    "public Mutation.requestPhotoUpload": 2,
    # Find the place, write.
    "public Mutation.addToWishlist": 2,
    "public Mutation.removeFromWishlist": 2,
    # Lock with its place, lock its photos, write both, count, say.
    "public Mutation.deleteReview": 5,
    # Lock, write, say.
    "admin Mutation.withdrawAccommodation": 3,
    # And look for a room type.
    "admin Mutation.publishAccommodation": 6,
    # Lock the room type, look for others, lock its nights, take them off sale, lock its photos, write, say.
    "admin Mutation.deleteRoomType": 7,
    # As above for all its rooms.
    "admin Mutation.deleteAccommodation": 8,
}


def test_every_root_field_and_entity_has_a_budget() -> None:
    assert QUERIES.keys() | MUTATIONS.keys() == root_fields(**FACES)
    assert ENTITIES.keys() == entities(**FACES)


@pytest.fixture
async def estates(accommodation: SubgraphUnderTest, places: Any, host: Person) -> list[Estate]:
    guest = Guest(accommodation)
    return [await Estate.build(places, host, guest) for _ in range(MANY)]


async def taken(estate: Estate, face: str, document: str, who: str | None = None) -> int:
    who = who or ("guest" if face == "public" else "owner")
    estate.subgraph.sql.clear()
    answer = await estate.ask(who, document, face)
    assert answer.errors == []
    return len(estate.subgraph.sql)


async def test_what_is_asked_keeps_to_its_budget(estates: list[Estate]) -> None:
    for first in (MANY, FEW):
        names = estates[0].names | {"first": first}
        for coordinate, budget in QUERIES.items():
            face = coordinate.split()[0]
            assert await taken(estates[0], face, document_of(coordinate, names)) <= budget, coordinate
        for entity, (key, budget) in ENTITIES.items():
            ids = [each.names[key] for each in estates[: 1 if key == "guest" else first]]
            document = entities_of(entity, ids, names)
            assert await taken(estates[0], entity.split()[0], document) <= budget, entity


async def test_what_is_done_keeps_to_its_budget(estates: list[Estate]) -> None:
    took = {}
    for coordinate in MUTATIONS:
        face, document = coordinate.split()[0], document_of(coordinate, estates[0].names, "__typename")
        who = "administrator" if "hideReview" in coordinate else None
        took[coordinate] = await taken(estates[0], face, document, who)
    assert took == MUTATIONS


async def test_a_search_by_words_takes_one_statement_more(accommodation: SubgraphUnderTest, places: Any) -> None:
    await places.add_room(name="Place")
    accommodation.sql.clear()
    answer = await accommodation.graphql('{ accommodations(filter: { text: "plaec haeundae" }) { nodes { name } } }')
    assert answer.data == {"accommodations": {"nodes": [{"name": "Place"}]}}
    assert len(accommodation.sql) == 2
