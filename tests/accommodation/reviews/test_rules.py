"""Who may review what, who sees it, and what it counts."""

from typing import Any
from uuid import UUID

import pytest

from chassis import clock
from chassis.errors import InvalidInput
from chassis.ids import uuid7
from subgraphs.accommodation.reviews.rules import (
    NOTHING,
    Counted,
    ReviewNotAllowed,
    counted,
    ensure_guest,
    ensure_review,
    ensure_said,
    is_seen_by,
)
from subgraphs.accommodation.reviews.tables import CompletedStay, Review

AUTHOR = uuid7()


def review(**fields: Any) -> Review:
    given: dict[str, Any] = {"booking_id": uuid7(), "accommodation_id": uuid7(), "rating": 4, "text": "Good."}
    return Review(author_id=AUTHOR, **(given | fields))


def test_only_the_guest_of_a_stay_that_is_over_may_review_it() -> None:
    stay = CompletedStay(booking_id=uuid7(), guest_id=AUTHOR, accommodation_id=uuid7(), completed_at=clock.now())
    assert ensure_guest(stay, AUTHOR) is stay
    for found, somebody in ((stay, uuid7()), (None, AUTHOR)):
        with pytest.raises(ReviewNotAllowed):
            ensure_guest(found, somebody)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"rating": 1, "text": ""}, []),
        ({"rating": 5, "text": "x" * 2_000}, []),
        ({"rating": 0}, [("rating", "OUT_OF_RANGE")]),
        ({"rating": 6}, [("rating", "OUT_OF_RANGE")]),
        ({"text": "x" * 2_001}, [("text", "TOO_LONG")]),
        ({"rating": -1, "text": "\0"}, [("rating", "OUT_OF_RANGE"), ("text", "NOT_TEXT")]),
    ],
)
def test_every_field_that_is_wrong_is_said(fields: dict[str, Any], wrong: list[tuple[str, str]]) -> None:
    found = []
    try:
        ensure_review(review(**fields))
    except InvalidInput as refusal:
        found = [(each.field, each.code) for each in refusal.fields]
    assert found == wrong


@pytest.mark.parametrize("text", ["", "  ", "x" * 11, "\0"])
def test_a_reply_says_something_and_not_too_much(text: str) -> None:
    with pytest.raises(InvalidInput):
        ensure_said("text", text, 10)
    assert ensure_said("text", " Thank you ", 20) == "Thank you"


@pytest.mark.parametrize(
    ("fields", "everybody", "author", "counts"),
    [
        ({}, True, True, Counted(1, 4)),
        ({"hidden_at": clock.now()}, False, True, NOTHING),
        ({"deleted_at": clock.now()}, False, False, NOTHING),
        ({"hidden_at": clock.now(), "deleted_at": clock.now()}, False, False, NOTHING),
    ],
)
def test_what_is_hidden_is_seen_by_its_author_and_counts_nothing(
    fields: dict[str, Any], everybody: bool, author: bool, counts: Counted
) -> None:
    somebody: list[UUID | None] = [None, uuid7()]
    assert [is_seen_by(review(**fields), each) for each in somebody] == [everybody] * 2
    assert is_seen_by(review(**fields), AUTHOR) == author
    assert counted(review(**fields)) == counts
