"""Guests review their stays: once, if they are over and theirs."""

import asyncio
import random
from typing import Any

import pytest
from sqlmodel import select

from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.accommodation.reviews.count import find_miscounted
from subgraphs.accommodation.reviews.tables import Review
from tests.accommodation.backoffice import Person
from tests.accommodation.reviews.guests import CHANGE, CREATE, DELETE, REVIEW, Guest, rating_of

HIDE = 'mutation ($id: ID!) { hideReview(reviewId: $id, reason: "Rude") { hiddenAt } }'
UNHIDE = "mutation ($id: ID!) { unhideReview(reviewId: $id) { hiddenAt } }"


@pytest.fixture
def guest(accommodation: SubgraphUnderTest) -> Guest:
    return Guest(accommodation)


async def ensure_counts_are_true(subgraph: SubgraphUnderTest) -> None:
    async with subgraph.database.reading() as session:
        assert await find_miscounted(session) == []


async def test_a_guest_reviews_a_stay_that_is_over_and_everybody_reads_it(
    accommodation: SubgraphUnderTest, places: Any, guest: Guest
) -> None:
    room_type = await places.add_room(name="Blue House")
    booking_id = await guest.stay(room_type)
    assert await guest.booking(booking_id) == {"id": str(booking_id), "canReview": True, "review": None}
    given = {"bookingId": str(booking_id), "rating": 5, "text": "What a view."}
    said = await guest.get(CREATE, input=given)
    assert said == {
        "id": said["id"],
        "rating": 5,
        "text": "What a view.",
        "hostReply": None,
        "author": {"id": str(guest.id)},
        "accommodation": {"id": str(room_type.accommodation_id), "name": "Blue House"},
        "booking": {"id": str(booking_id), "canReview": False},
    }
    review = {"id": said["id"], "rating": 5}
    assert await guest.booking(booking_id) == {"id": str(booking_id), "canReview": False, "review": review}
    everybody = (await accommodation.graphql(REVIEW, {"id": said["id"]})).data["review"]
    assert everybody == said | {"booking": None}
    assert await rating_of(accommodation, room_type.accommodation_id) == (5.0, 1)
    events = [(each.name, each.key) for each in await accommodation.published()]
    assert events == [("accommodation.review.changed", str(room_type.accommodation_id))]


async def test_who_has_not_stayed_may_not_review(accommodation: SubgraphUnderTest, places: Any, guest: Guest) -> None:
    room_type = await places.add_room()
    theirs = await Guest(accommodation).stay(room_type)
    for booking_id in (theirs, uuid7()):
        answer = await guest.ask(CREATE, input={"bookingId": str(booking_id), "rating": 5, "text": ""})
        assert answer.codes == ["REVIEW_NOT_ALLOWED"]
    variables = {"input": {"bookingId": str(theirs), "rating": 5, "text": ""}}
    assert (await accommodation.graphql(CREATE, variables)).codes == ["UNAUTHENTICATED"]
    assert await rating_of(accommodation, room_type.accommodation_id) == (None, 0)
    assert await accommodation.published() == []


async def test_a_booking_that_is_not_over_can_not_be_reviewed_and_is_its_guests_alone(
    accommodation: SubgraphUnderTest, places: Any, ask: Any, guest: Guest
) -> None:
    held = ask.hold((await places.add_room()).id, 0, 1, guest_id=guest.id)
    await ask("hold-nights", held)
    booking_id = held["booking_id"]
    assert await guest.booking(booking_id) == {"id": str(booking_id), "canReview": False, "review": None}
    answer = await guest.ask(CREATE, input={"bookingId": str(booking_id), "rating": 5, "text": ""})
    assert answer.codes == ["REVIEW_NOT_ALLOWED"]
    assert await Guest(accommodation).booking(booking_id) is None


async def test_nobody_learns_of_anothers_booking(accommodation: SubgraphUnderTest, places: Any, guest: Guest) -> None:
    booking_id = await guest.stay(await places.add_room())
    await guest.get(CREATE, input={"bookingId": str(booking_id), "rating": 2, "text": ""})
    assert await Guest(accommodation).booking(booking_id) is None
    document = "query ($of: [_Any!]!) { _entities(representations: $of) { ... on Booking { id } } }"
    of = [{"__typename": "Booking", "id": str(booking_id)}]
    assert (await accommodation.graphql(document, {"of": of})).data == {"_entities": [None]}


async def test_of_many_reviews_of_one_booking_at_once_one_is_kept(
    accommodation: SubgraphUnderTest, places: Any, guest: Guest
) -> None:
    room_type = await places.add_room()
    booking_id = await guest.stay(room_type)
    given = {"bookingId": str(booking_id), "rating": 3, "text": ""}
    answers = await asyncio.gather(*(guest.ask(CREATE, input=given) for _ in range(8)))
    assert sorted(code for each in answers for code in each.codes) == ["REVIEW_EXISTS"] * 7
    assert await rating_of(accommodation, room_type.accommodation_id) == (3.0, 1)
    await ensure_counts_are_true(accommodation)


async def test_an_author_changes_and_deletes_a_review_and_no_second_takes_its_place(
    accommodation: SubgraphUnderTest, places: Any, guest: Guest
) -> None:
    room_type = await places.add_room()
    booking_id = await guest.stay(room_type)
    given = {"bookingId": str(booking_id), "rating": 2, "text": "Loud."}
    review = (await guest.get(CREATE, input=given))["id"]
    changed = await guest.get(CHANGE, input={"reviewId": review, "rating": 4})
    assert (changed["rating"], changed["text"]) == (4, "Loud.")
    assert await rating_of(accommodation, room_type.accommodation_id) == (4.0, 1)
    changed = await guest.get(CHANGE, input={"reviewId": review, "text": ""})
    assert (changed["rating"], changed["text"]) == (4, "")
    assert await guest.get(DELETE, id=review) is True
    assert await rating_of(accommodation, room_type.accommodation_id) == (None, 0)
    assert await guest.get(REVIEW, id=review) is None
    assert (await guest.ask(DELETE, id=review)).codes == ["NOT_FOUND"]
    assert (await guest.ask(CREATE, input=given)).codes == ["REVIEW_EXISTS"]
    assert (await guest.booking(booking_id))["canReview"] is False
    async with accommodation.database.reading() as session:
        row = (await session.exec(select(Review).execution_options(include_deleted=True))).one()
    assert (row.created_by, row.updated_by, row.deleted_by) == (guest.id, guest.id, guest.id)


async def test_a_review_needs_no_text_and_blanks_are_none(
    accommodation: SubgraphUnderTest, places: Any, guest: Guest
) -> None:
    booking_id = await guest.stay(await places.add_room())
    said = await guest.get(CREATE, input={"bookingId": str(booking_id), "rating": 5, "text": " \n\u3000\u200b"})
    assert (said["rating"], said["text"]) == (5, "")
    for text, kept in ((" Quiet.\nClean. \n", "Quiet.\nClean."), ("\t ", "")):
        assert (await guest.get(CHANGE, input={"reviewId": said["id"], "text": text}))["text"] == kept
        assert (await guest.get(REVIEW, id=said["id"]))["text"] == kept


async def test_nobody_changes_anothers_review(accommodation: SubgraphUnderTest, places: Any, guest: Guest) -> None:
    room_type = await places.add_room()
    review = await guest.review(room_type, 5)
    other = Guest(accommodation)
    assert (await other.ask(CHANGE, input={"reviewId": review, "rating": 1})).codes == ["NOT_FOUND"]
    assert (await other.ask(DELETE, id=review)).codes == ["NOT_FOUND"]
    assert (await accommodation.graphql(DELETE, {"id": review})).codes == ["UNAUTHENTICATED"]
    assert await rating_of(accommodation, room_type.accommodation_id) == (5.0, 1)


@pytest.mark.parametrize(
    ("given", "field"),
    [({"rating": 0}, "rating"), ({"rating": 6}, "rating"), ({"text": "x" * 2_001}, "text"), ({"text": "\0"}, "text")],
)
async def test_what_is_no_review_is_refused_by_field_and_nothing_is_kept(
    accommodation: SubgraphUnderTest, places: Any, guest: Guest, given: dict[str, Any], field: str
) -> None:
    room_type = await places.add_room()
    booking_id = await guest.stay(room_type)
    whole = {"bookingId": str(booking_id), "rating": 3, "text": "Fine."}
    answer = await guest.ask(CREATE, input=whole | given)
    assert answer.codes == ["INVALID_INPUT"]
    assert [each["field"] for each in answer.errors[0]["extensions"]["fields"]] == [field]
    assert await rating_of(accommodation, room_type.accommodation_id) == (None, 0)
    review = (await guest.get(CREATE, input=whole))["id"]
    assert (await guest.ask(CHANGE, input={"reviewId": review} | given)).codes == ["INVALID_INPUT"]
    shown = await guest.get(REVIEW, id=review)
    assert (shown["rating"], shown["text"]) == (3, "Fine.")


async def test_a_completed_stay_said_twice_is_one(accommodation: SubgraphUnderTest, places: Any, guest: Guest) -> None:
    room_type, booking_id = await places.add_room(), uuid7()
    said = {"booking_id": booking_id, "guest_id": guest.id, "room_type_id": room_type.id}
    for _ in range(2):
        assert await accommodation.handle("booking.booking.completed", said)
    assert (await guest.booking(booking_id))["canReview"] is True


async def test_the_rating_is_true_whatever_many_people_do_at_once(
    accommodation: SubgraphUnderTest, places: Any, administrator: Person
) -> None:
    rooms = [await places.add_room() for _ in range(3)]

    async def live(luck: random.Random) -> None:
        guest = Guest(accommodation)
        for _ in range(3):
            review = await guest.review(luck.choice(rooms), luck.randint(1, 5))
            await asyncio.gather(
                guest.ask(CHANGE, input={"reviewId": review, "rating": luck.randint(1, 5)}),
                administrator.ask(HIDE, id=review),
                administrator.ask(luck.choice([UNHIDE, HIDE]), id=review),
                guest.ask(luck.choice([DELETE, REVIEW]), id=review),
            )

    await asyncio.gather(*(live(random.Random(seed)) for seed in range(10)))
    await ensure_counts_are_true(accommodation)
    for room_type in rooms:
        document = "query ($id: ID!) { accommodation(id: $id) { rating reviews(first: 100) { nodes { rating } } } }"
        found = (await accommodation.graphql(document, {"id": str(room_type.accommodation_id)})).data["accommodation"]
        stars = [node["rating"] for node in found["reviews"]["nodes"]]
        expected = None if not stars else pytest.approx(sum(stars) / len(stars), abs=0.0500001)
        assert found["rating"] == expected
