"""How far a booking is."""

import pytest

from subgraphs.account.bookings.rules import is_further
from subgraphs.account.bookings.tables import LIVE, OVER


@pytest.mark.parametrize(
    ("status", "known", "further"),
    [
        ("AWAITING_PAYMENT", "PENDING", True),
        ("PENDING", "AWAITING_PAYMENT", False),
        ("PENDING", "PENDING", False),
        ("CONFIRMED", "PENDING", True),
        *((over, live, True) for over in OVER for live in LIVE),
        *((live, over, False) for over in OVER for live in LIVE),
        ("CANCELLED", "COMPLETED", False),
    ],
)
def test_a_booking_only_goes_on(status: str, known: str, further: bool) -> None:
    assert is_further(status, known) is further
