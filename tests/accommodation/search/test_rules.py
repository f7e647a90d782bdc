"""What may be searched for."""

from datetime import date, timedelta

import pytest

from chassis.errors import InvalidInput
from subgraphs.accommodation.calendar.rules import Stay
from subgraphs.accommodation.search.rules import (
    LONGEST_TEXT,
    can_be_anywhere,
    ensure_guests,
    ensure_regions,
    words_asked_for,
)

TODAY = date(2031, 5, 10)


def test_a_text_is_its_words_up_to_a_length() -> None:
    assert words_asked_for(None) == words_asked_for(" ") == []
    assert words_asked_for("Blue, blue HOUSE") == ["blue", "house"]
    assert words_asked_for("x" * LONGEST_TEXT) == ["x" * 60]
    with pytest.raises(InvalidInput) as refusal:
        words_asked_for("x" * (LONGEST_TEXT + 1))
    assert [(each.field, each.code) for each in refusal.value.fields] == [("filter.text", "TOO_LONG")]


def test_guests_are_one_at_least_or_not_asked_for() -> None:
    assert (ensure_guests(None), ensure_guests(1)) == (None, 1)
    with pytest.raises(InvalidInput):
        ensure_guests(0)


def test_a_region_is_what_a_database_can_hold() -> None:
    assert ensure_regions(["Frogner", ""]) == ["Frogner", ""]
    with pytest.raises(InvalidInput):
        ensure_regions(["Frog\0ner"])


@pytest.mark.parametrize(
    ("first", "length", "possible"),
    [(0, 1, True), (-1, 1, False), (731, 1, True), (732, 1, False), (0, 730, True), (0, 731, False), (731, 730, True)],
)
def test_some_stays_are_possible_nowhere(first: int, length: int, possible: bool) -> None:
    check_in = TODAY + timedelta(days=first)
    stay = Stay(check_in, check_in + timedelta(days=length), guests=1, rooms=1)
    assert can_be_anywhere(stay, TODAY) is possible
