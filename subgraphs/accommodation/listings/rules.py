"""What a row of Inside Airbnb's summary files says, and what we make of it."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5
from zlib import crc32

from ..accommodations.tables import AccommodationKind
from ..room_types.tables import LONGEST_STAY

SOURCE = "inside-airbnb"
COLUMNS = (
    "id",
    "name",
    "host_id",
    "neighbourhood",
    "latitude",
    "longitude",
    "room_type",
    "price",
    "minimum_nights",
    "availability_365",
)
"""The columns that are used; others may be there."""

USUAL_LONGEST_STAY = 30
SEASON = 365
"""In days: how far the file looks ahead."""

Value = TypeVar("Value")


class UnusableRow(ValueError):
    """The row can't become a place; the message says why."""


@dataclass(frozen=True, slots=True)
class Offered:
    """What kind of place a listing is, and how many guests it takes: the file does not say, so these are guesses."""

    kind: AccommodationKind
    room_name: str
    max_guests: int


_OFFERED = {
    "Entire home/apt": Offered(AccommodationKind.APARTMENT, "Entire home", 4),
    "Private room": Offered(AccommodationKind.GUESTHOUSE, "Private room", 2),
    "Hotel room": Offered(AccommodationKind.HOTEL, "Hotel room", 2),
    "Shared room": Offered(AccommodationKind.OTHER, "Bed in a shared room", 1),
}


@dataclass(frozen=True, slots=True)
class Listing:
    key: str
    host_key: str
    name: str
    region: str
    latitude: float
    longitude: float
    offered: Offered
    price: Decimal
    """A night, in the file's currency."""
    min_nights: int
    open_nights: int
    """Of the next 365."""

    @property
    def host_id(self) -> UUID:
        """The same person in every import."""
        return uuid5(NAMESPACE_URL, f"https://insideairbnb.com/hosts/{self.host_key}")

    @property
    def max_nights(self) -> int:
        return max(USUAL_LONGEST_STAY, self.min_nights)

    @property
    def season(self) -> int:
        """A number of the listing's own, 0 to 364.

        The file says how many of the next 365 nights are open and not which: they are one run of nights that begins
        on a different day of the year for each listing, and on the same one in every import.
        """
        return crc32(self.key.encode()) % SEASON


def read_listing(row: Mapping[str, str | None], price: Decimal | None = None) -> Listing:
    """The listing, or UnusableRow; `price` is for a row that has none."""
    return Listing(
        key=_text(row, "id"),
        host_key=_text(row, "host_id"),
        name=_text(row, "name"),
        region=_text(row, "neighbourhood"),
        latitude=_between(row, "latitude", -90, 90),
        longitude=_between(row, "longitude", -180, 180),
        offered=_offered(_text(row, "room_type")),
        price=price if price is not None and not row.get("price") else _price(row),
        min_nights=_whole(row, "minimum_nights", 1, LONGEST_STAY),
        open_nights=_whole(row, "availability_365", 0, SEASON),
    )


def _text(row: Mapping[str, str | None], column: str) -> str:
    text = " ".join((row.get(column) or "").split())
    if not text:
        raise UnusableRow(f"no {column}")
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise UnusableRow(f"{column} is not text in UTF-8")
    return text


def _offered(room_type: str) -> Offered:
    if room_type not in _OFFERED:
        raise UnusableRow(f"unknown room_type {room_type!r}")
    return _OFFERED[room_type]


def _price(row: Mapping[str, str | None]) -> Decimal:
    price = _parsed(row, "price", Decimal)
    if not (price.is_finite() and 0 < price < 10**9):
        raise UnusableRow(f"price {row['price']!r} is out of range")
    return price


def _whole(row: Mapping[str, str | None], column: str, least: int, most: int) -> int:
    number = _parsed(row, column, int)
    if not least <= number <= most:
        raise UnusableRow(f"{column} {number} is not between {least} and {most}")
    return number


def _between(row: Mapping[str, str | None], column: str, least: float, most: float) -> float:
    number = _parsed(row, column, float)
    if not (math.isfinite(number) and least <= number <= most):
        raise UnusableRow(f"{column} {number} is not between {least} and {most}")
    return number


def _parsed(row: Mapping[str, str | None], column: str, parse: Callable[[str], Value]) -> Value:
    text = _text(row, column)
    try:
        return parse(text)
    except (ValueError, InvalidOperation):
        raise UnusableRow(f"{column} {text[:40]!r} is not a number") from None
