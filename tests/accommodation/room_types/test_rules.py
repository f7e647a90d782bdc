"""What makes a proper room type."""

from decimal import Decimal
from typing import Any

import pytest

from chassis.errors import InvalidInput
from chassis.ids import uuid7
from subgraphs.accommodation.room_types.rules import ensure_room_type
from subgraphs.accommodation.room_types.tables import RoomType


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, []),
        ({"max_guests": 100, "max_nights": 730, "units": 10_000, "base_price": Decimal(0)}, []),
        ({"name": ""}, [("name", "EMPTY")]),
        ({"description": "x" * 10_001}, [("description", "TOO_LONG")]),
        ({"max_guests": 0}, [("maxGuests", "OUT_OF_RANGE")]),
        ({"max_guests": 101}, [("maxGuests", "OUT_OF_RANGE")]),
        ({"max_nights": 731}, [("maxNights", "OUT_OF_RANGE")]),
        ({"units": 0, "base_price": Decimal(-1)}, [("units", "OUT_OF_RANGE"), ("basePrice", "OUT_OF_RANGE")]),
        ({"base_price": Decimal(10) ** 13}, [("basePrice", "OUT_OF_RANGE")]),
    ],
)
def test_every_field_that_is_wrong_is_said(fields: dict[str, Any], wrong: list[tuple[str, str]]) -> None:
    given = {"name": "Double", "description": "", "max_guests": 2, "units": 1, "base_price": Decimal(90_000)}
    found = []
    try:
        ensure_room_type(RoomType(accommodation_id=uuid7(), **(given | fields)))
    except InvalidInput as refusal:
        found = [(each.field, each.code) for each in refusal.fields]
    assert found == wrong
