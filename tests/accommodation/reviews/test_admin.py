"""Hosts answer reviews of their places, administrators hide them."""

from typing import Any

import pytest

from chassis.testing import SubgraphUnderTest
from tests.accommodation.backoffice import DELETE, Person
from tests.accommodation.reviews.guests import REVIEW, Guest, rating_of

LIST = """query ($filter: ReviewFilter! = {}, $orderBy: ReviewOrder! = NEWEST) {
    reviews(filter: $filter, orderBy: $orderBy) { totalCount nodes { text } } }"""
REPLY = "mutation ($id: ID!, $text: String!) { replyToReview(reviewId: $id, text: $text) { hostReply } }"
HIDE = """mutation ($id: ID!, $reason: String!) { hideReview(reviewId: $id, reason: $reason) {
    hiddenAt hiddenReason accommodation { rating reviewCount } } }"""
UNHIDE = "mutation ($id: ID!) { unhideReview(reviewId: $id) { hiddenAt hiddenReason } }"


async def texts(person: Person, order: str = "NEWEST", **filter_: Any) -> list[str]:
    found = await person.get(LIST, filter=filter_, orderBy=order)
    assert found["totalCount"] == len(found["nodes"])
    return [node["text"] for node in found["nodes"]]


async def test_a_host_replies_and_a_further_reply_replaces_the_first(
    accommodation: SubgraphUnderTest, places: Any, host: Person
) -> None:
    review = await Guest(accommodation).review(await places.add_room(host_id=host.id))
    for text in ("Thank you!", "Come again."):
        assert await host.get(REPLY, id=review, text=text) == {"hostReply": text}
    for wrong, code in (("", "EMPTY"), (" \u200b\n", "EMPTY"), ("x" * 2_001, "TOO_LONG")):
        answer = await host.ask(REPLY, id=review, text=wrong)
        assert answer.codes == ["INVALID_INPUT"]
        assert answer.errors[0]["extensions"]["fields"] == [{"field": "text", "code": code}]
    shown = (await accommodation.graphql(REVIEW, {"id": review})).data["review"]
    assert shown["hostReply"] == "Come again."


async def test_a_hidden_review_counts_nothing_and_is_seen_by_its_author_and_the_back_office(
    accommodation: SubgraphUnderTest, places: Any, host: Person, administrator: Person
) -> None:
    room_type, guest = await places.add_room(host_id=host.id), Guest(accommodation)
    place = room_type.accommodation_id
    await Guest(accommodation).review(room_type, 5, "kept")
    review = await guest.review(room_type, 1, "rude")
    assert await rating_of(accommodation, place) == (3.0, 2)
    for reason in ("Insults", "Insults the host"):
        hidden = await administrator.get(HIDE, id=review, reason=reason)
        assert (hidden["hiddenReason"], hidden["hiddenAt"] is not None) == (reason, True)
        assert hidden["accommodation"] == {"rating": 5.0, "reviewCount": 1}
    assert await rating_of(accommodation, place) == (5.0, 1)
    assert (await accommodation.graphql(REVIEW, {"id": review})).data == {"review": None}
    assert (await guest.get(REVIEW, id=review))["text"] == "rude"
    assert await texts(host) == ["rude", "kept"]
    assert await texts(host, hidden=True) == ["rude"]
    assert await texts(host, hidden=False) == ["kept"]
    assert (await administrator.ask(HIDE, id=review, reason=" ")).codes == ["INVALID_INPUT"]
    for _ in range(2):
        assert await administrator.get(UNHIDE, id=review) == {"hiddenAt": None, "hiddenReason": None}
        assert await rating_of(accommodation, place) == (3.0, 2)


@pytest.mark.parametrize(
    ("order", "filter_", "expected"),
    [
        ("NEWEST", {}, ["1", "5", "3"]),
        ("RATING_DESC", {}, ["5", "3", "1"]),
        ("RATING_ASC", {}, ["1", "3", "5"]),
        ("NEWEST", {"maxRating": 3}, ["1", "3"]),
    ],
)
async def test_reviews_are_found_by_rating(
    accommodation: SubgraphUnderTest,
    places: Any,
    administrator: Person,
    order: str,
    filter_: dict[str, Any],
    expected: list[str],
) -> None:
    room_type = await places.add_room()
    for stars in (3, 5, 1):
        await Guest(accommodation).review(room_type, stars, str(stars))
    assert await texts(administrator, order, **filter_) == expected


async def test_hosts_find_those_of_their_own_places_also_of_deleted_ones(
    accommodation: SubgraphUnderTest, places: Any, host: Person, administrator: Person
) -> None:
    guest, own, other = Guest(accommodation), await places.add_room(host_id=host.id), await places.add_room()
    await guest.review(own, text="own")
    await Guest(accommodation).review(other, text="another's")
    await host.get(DELETE, id=str(own.accommodation_id))
    assert await texts(host) == ["own"]
    assert await texts(host, accommodationId=str(other.accommodation_id)) == []
    assert sorted(await texts(administrator)) == ["another's", "own"]
    assert await texts(administrator, accommodationId=str(other.accommodation_id)) == ["another's"]
    assert await texts(administrator, authorId=str(guest.id)) == ["own"]
    assert (await host.ask(LIST, filter={"authorId": "me"})).codes == ["INVALID_INPUT"]
    for stars in (0, 6, 2**31 - 1, -(2**31)):
        answer = await host.ask(LIST, filter={"maxRating": stars})
        assert answer.errors[0]["extensions"]["fields"] == [{"field": "filter.maxRating", "code": "OUT_OF_RANGE"}]


async def test_a_page_of_reviews_takes_two_statements(
    accommodation: SubgraphUnderTest, places: Any, administrator: Person
) -> None:
    for _ in range(5):
        await Guest(accommodation).review(await places.add_room())
    document = "query ($first: Int!) { reviews(first: $first) { nodes { text author { id } accommodation { name } } } }"
    for first in (5, 1):
        accommodation.sql.clear()
        await administrator.get(document, first=first)
        assert len(accommodation.sql) == 2
