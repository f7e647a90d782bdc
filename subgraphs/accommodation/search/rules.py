"""What a search asks for, and what it may ask."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from chassis.errors import FieldError, InvalidInput

from ..accommodations.tables import AccommodationKind, Amenity
from ..calendar.rules import Stay, refusal_by_day
from ..room_types.tables import LONGEST_STAY
from ..words.rules import words_of

LONGEST_TEXT = 100
"""In characters."""


class AccommodationOrder(StrEnum):
    RELEVANCE = "RELEVANCE"
    PRICE_ASC = "PRICE_ASC"
    PRICE_DESC = "PRICE_DESC"
    NEWEST = "NEWEST"


BY_PRICE = frozenset({AccommodationOrder.PRICE_ASC, AccommodationOrder.PRICE_DESC})


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
    guests: int | None = None


def words_asked_for(text: str | None) -> list[str]:
    if text is not None and len(text) > LONGEST_TEXT:
        raise InvalidInput(
            f"A text to search for has at most {LONGEST_TEXT} characters.", [FieldError("filter.text", "TOO_LONG")]
        )
    return words_of(text or "")


def ensure_regions(regions: list[str]) -> list[str]:
    """The one character that a name in the database can't have is refused before it gets there."""
    if any("\0" in region for region in regions):
        raise InvalidInput("A region has no NUL in its name.", [FieldError("filter.regions", "NOT_TEXT")])
    return regions


def ensure_guests(guests: int | None) -> int | None:
    if guests is not None and guests < 1:
        raise InvalidInput("At least one guest stays.", [FieldError("filter.guests", "OUT_OF_RANGE")])
    return guests


def can_be_anywhere(stay: Stay, today: date) -> bool:
    """False for a stay that no place takes, so that no calendar needs to be read."""
    return stay.length <= LONGEST_STAY and refusal_by_day(stay, today) is None
