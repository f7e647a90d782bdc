"""What is true of room types: what makes a proper one."""

from decimal import Decimal

from chassis.errors import FieldError, InvalidInput
from chassis.texts import wrong_name, wrong_text

from ..accommodations.rules import LONGEST_DESCRIPTION, LONGEST_NAME
from .tables import LONGEST_STAY, RoomType

MOST_GUESTS = 100
MOST_UNITS = 10_000
HIGHEST_PRICE = Decimal(10) ** 12


def ensure_room_type(room_type: RoomType) -> None:
    """Raise InvalidInput with every field that is wrong."""
    wrong = [
        *wrong_name("name", room_type.name, LONGEST_NAME),
        *wrong_text("description", room_type.description, LONGEST_DESCRIPTION),
        *wrong_number("maxGuests", room_type.max_guests, 1, MOST_GUESTS),
        *wrong_number("maxNights", room_type.max_nights, 1, LONGEST_STAY),
        *wrong_number("units", room_type.units, 1, MOST_UNITS),
        *wrong_number("basePrice", room_type.base_price, 0, HIGHEST_PRICE),
    ]
    if wrong:
        raise InvalidInput("This makes no room type.", wrong)


def wrong_number(field: str, number: Decimal | int | None, least: int, most: Decimal | int) -> list[FieldError]:
    """What is not given is not wrong."""
    return [] if number is None or least <= number <= most else [FieldError(field, "OUT_OF_RANGE")]
