"""What may be searched for."""

import math
from collections.abc import Callable

import pytest

from chassis.errors import InvalidInput
from subgraphs.accommodation.search.rules import (
    LONGEST_TEXT,
    AccommodationOrder,
    Bounds,
    Near,
    Region,
    Wanted,
    ensure_bounds,
    ensure_guests,
    ensure_near,
    ensure_order,
    ensure_regions,
    regions_beginning_with,
    words_asked_for,
)


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
    ("near", "wrong"),
    [
        (Near(90, -180, 0.001), []),
        (Near(-90, 180, 10_000), []),
        (Near(90.01, 0, 1), ["filter.near.latitude"]),
        (Near(0, -180.01, 1), ["filter.near.longitude"]),
        (Near(0, 0, 0), ["filter.near.withinKm"]),
        (Near(math.nan, math.inf, 10_001), ["filter.near.latitude", "filter.near.longitude", "filter.near.withinKm"]),
    ],
)
def test_near_is_somewhere_on_earth(near: Near, wrong: list[str]) -> None:
    assert wrong_fields(lambda: ensure_near(near)) == wrong


@pytest.mark.parametrize(
    ("bounds", "wrong"),
    [
        (Bounds(90, -90, 180, -180), []),
        (Bounds(1, 1, 1, 1), []),
        (Bounds(1, 0, -170, 170), []),
        (Bounds(0, 1, 1, 0), ["filter.within.north"]),
        (Bounds(91, -91, 0, 181), ["filter.within.north", "filter.within.south", "filter.within.west"]),
        (Bounds(1, 0, math.nan, 0), ["filter.within.east"]),
    ],
)
def test_a_map_has_its_north_north_of_its_south(bounds: Bounds, wrong: list[str]) -> None:
    assert wrong_fields(lambda: ensure_bounds(bounds)) == wrong


def test_distance_is_from_somewhere() -> None:
    ensure_order(AccommodationOrder.DISTANCE, Wanted(near=Near(0, 0, 1)))
    ensure_order(AccommodationOrder.NEWEST, Wanted())
    assert wrong_fields(lambda: ensure_order(AccommodationOrder.DISTANCE, Wanted())) == ["orderBy"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (None, ["Grünerløkka", "해운대", "Gamle Oslo"]),
        (" ", ["Grünerløkka", "해운대", "Gamle Oslo"]),
        ("g", ["Grünerløkka", "Gamle Oslo"]),
        ("GRUNERLØ", ["Grünerløkka"]),
        ("해우", ["해운대"]),
        ("oslo", []),
    ],
)
def test_a_region_is_found_by_how_its_name_begins(text: str | None, names: list[str]) -> None:
    regions = [Region("Grünerløkka", "NO", 9), Region("해운대", "KR", 5), Region("Gamle Oslo", "NO", 1)]
    assert [each.name for each in regions_beginning_with(text, regions)] == names


def wrong_fields(check: Callable[[], object]) -> list[str]:
    try:
        check()
    except InvalidInput as refusal:
        return [each.field for each in refusal.fields]
    return []
