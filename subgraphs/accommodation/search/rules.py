"""What a search asks for, and what it may ask."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from chassis.errors import FieldError, InvalidInput
from chassis.texts import is_storable

from ..accommodations.tables import AccommodationKind, Amenity
from ..words.rules import folded, words_of

LONGEST_TEXT = 100
"""In characters."""
FARTHEST_KM = 10_000.0
"""A quarter of the way around. What is opposite on the earth is told badly by a straight line through it."""


class AccommodationOrder(StrEnum):
    RELEVANCE = "RELEVANCE"
    PRICE_ASC = "PRICE_ASC"
    PRICE_DESC = "PRICE_DESC"
    RATING_DESC = "RATING_DESC"
    NEWEST = "NEWEST"
    DISTANCE = "DISTANCE"


BY_PRICE = frozenset({AccommodationOrder.PRICE_ASC, AccommodationOrder.PRICE_DESC})


@dataclass(frozen=True, slots=True)
class Near:
    latitude: float
    longitude: float
    within_km: float


@dataclass(frozen=True, slots=True)
class Bounds:
    """A map. One that shows the date line has its west east of its east."""

    north: float
    south: float
    east: float
    west: float


@dataclass(frozen=True, slots=True)
class Wanted:
    """What places must be like. What is empty or None restricts nothing."""

    words: list[str] = field(default_factory=list)
    regions: list[str] = field(default_factory=list)
    host_id: UUID | None = None
    kinds: list[AccommodationKind] = field(default_factory=list)
    amenities: list[Amenity] = field(default_factory=list)
    """All of them."""
    price_from: Decimal | None = None
    price_to: Decimal | None = None
    min_rating: float | None = None
    guests: int | None = None
    near: Near | None = None
    within: Bounds | None = None


@dataclass(frozen=True, slots=True)
class Region:
    name: str
    country: str
    places: int
    """How many are on sale there."""


def regions_beginning_with(text: str | None, regions: Iterable[Region]) -> Iterator[Region]:
    """Those whose name begins so, in their order; case and accents do not count, and Hangul is compared by letters."""
    if text is not None and len(text) > LONGEST_TEXT:
        raise InvalidInput(f"A text has at most {LONGEST_TEXT} characters.", [FieldError("text", "TOO_LONG")])
    beginning = folded((text or "").strip())
    return (region for region in regions if folded(region.name).startswith(beginning))


def words_asked_for(text: str | None) -> list[str]:
    if text is not None and len(text) > LONGEST_TEXT:
        raise InvalidInput(
            f"A text to search for has at most {LONGEST_TEXT} characters.", [FieldError("filter.text", "TOO_LONG")]
        )
    return words_of(text or "")


def ensure_regions(regions: list[str]) -> list[str]:
    """What no name in the database can have is refused before it gets there."""
    if not all(map(is_storable, regions)):
        raise InvalidInput("No region has such a name.", [FieldError("filter.regions", "NOT_TEXT")])
    return regions


def ensure_guests(guests: int | None) -> int | None:
    if guests is not None and guests < 1:
        raise InvalidInput("At least one guest stays.", [FieldError("filter.guests", "OUT_OF_RANGE")])
    return guests


def ensure_near(near: Near) -> Near:
    wrong = [
        *_wrong_degrees("filter.near.latitude", near.latitude, 90),
        *_wrong_degrees("filter.near.longitude", near.longitude, 180),
        *([] if 0 < near.within_km <= FARTHEST_KM else [FieldError("filter.near.withinKm", "OUT_OF_RANGE")]),
    ]
    if wrong:
        raise InvalidInput("This is nowhere near anything.", wrong)
    return near


def spans_of(bounds: Bounds) -> list[tuple[float, float]]:
    """From west to east, without crossing the date line, which is 180 degrees east and west alike."""
    if bounds.west > bounds.east:
        return [(bounds.west, 180.0), (-180.0, bounds.east)]
    same = {180.0: -180.0, -180.0: 180.0}
    edges = [(same[edge], same[edge]) for edge in (bounds.west, bounds.east) if edge in same]
    return [(bounds.west, bounds.east), *edges]


def ensure_bounds(bounds: Bounds) -> Bounds:
    wrong = [
        *_wrong_degrees("filter.within.north", bounds.north, 90),
        *_wrong_degrees("filter.within.south", bounds.south, 90),
        *_wrong_degrees("filter.within.east", bounds.east, 180),
        *_wrong_degrees("filter.within.west", bounds.west, 180),
    ]
    if not wrong and bounds.north < bounds.south:
        wrong = [FieldError("filter.within.north", "SOUTH_OF_SOUTH")]
    if wrong:
        raise InvalidInput("This is no map.", wrong)
    return bounds


def ensure_order(order: AccommodationOrder, wanted: Wanted) -> None:
    if order == AccommodationOrder.DISTANCE and wanted.near is None:
        raise InvalidInput("What is DISTANCE measured from? Say `near`.", [FieldError("orderBy", "NEEDS_NEAR")])


def _wrong_degrees(field: str, degrees: float, most: float) -> list[FieldError]:
    return [] if math.isfinite(degrees) and abs(degrees) <= most else [FieldError(field, "OUT_OF_RANGE")]
