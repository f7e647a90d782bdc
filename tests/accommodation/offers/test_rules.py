"""When a place may go off sale for good."""

from datetime import date
from decimal import Decimal

import pytest

from chassis.ids import uuid7
from subgraphs.accommodation.calendar.tables import Night
from subgraphs.accommodation.offers.rules import HasBookings, ensure_nothing_booked


def night(day: int, held: int = 0, sold: int = 0) -> Night:
    return Night(
        room_type_id=uuid7(), date=date(2027, 1, day), price=Decimal(1), units=3, held=held, sold=sold, min_nights=1
    )


def test_nights_that_nobody_has_stop_nothing() -> None:
    ensure_nothing_booked([])
    ensure_nothing_booked([night(1), night(2)])


@pytest.mark.parametrize("taken", [night(2, held=1), night(2, sold=1)])
def test_the_first_night_that_somebody_has_is_said(taken: Night) -> None:
    with pytest.raises(HasBookings) as refusal:
        ensure_nothing_booked([night(1), night(3, sold=3), taken])
    assert refusal.value.extensions == {"code": "HAS_BOOKINGS", "date": "2027-01-02"}
