"""What the database itself refuses, whoever writes."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from chassis.database import violated
from chassis.testing import SubgraphUnderTest


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("UPDATE nights SET held = 2", "ck_nights_not_oversold"),
        ("UPDATE nights SET held = 1, sold = 1", "ck_nights_not_oversold"),
        ("UPDATE nights SET units = -1", "ck_nights_not_oversold"),
        ("UPDATE nights SET held = -1", "ck_nights_not_oversold"),
        ("UPDATE nights SET sold = -1, held = 1", "ck_nights_not_oversold"),
        ("UPDATE nights SET price = -1", "ck_nights_price"),
        ("UPDATE nights SET min_nights = 0", "ck_nights_min_nights"),
        ("INSERT INTO nights SELECT * FROM nights", "pk_nights"),
        ("UPDATE room_types SET units = 0", "ck_room_types_has_rooms"),
        ("UPDATE room_types SET base_price = -1", "ck_room_types_base_price"),
        ("UPDATE room_types SET max_nights = 731", "ck_room_types_max_nights"),
        ("UPDATE accommodations SET latitude = 1", "ck_accommodations_coordinates_are_whole"),
        ("UPDATE accommodations SET country = 'no'", "ck_accommodations_country_code"),
        ("DELETE FROM room_types", "fk_nights_room_type_id"),
    ],
)
async def test_the_database_refuses_what_must_never_be(
    accommodation: SubgraphUnderTest, places: Any, statement: str, constraint: str
) -> None:
    await places.add_room(days=1)
    with pytest.raises(IntegrityError) as refusal:
        async with accommodation.database.transaction() as session:
            await session.execute(text(statement))
    assert violated(refusal.value) == constraint
