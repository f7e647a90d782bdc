"""What the tables say of nights and holds: nothing else is asked, whoever wrote to them."""

from sqlalchemy import text

from chassis.database import Database
from subgraphs.accommodation.calendar.check import find_wrong_nights


async def ensure_nights_agree(database: Database) -> None:
    """No night is oversold, and each counts exactly what the holds over it have."""
    async with database.reading() as session:
        assert [str(each) for each in await find_wrong_nights(session)] == []


async def ensure_live_bookings_have_their_nights(accommodation: Database, booking: Database) -> None:
    """Each live booking has its hold, as it asked for it, and nothing is held or sold for any other."""
    async with booking.reading() as session:
        live = set(map(tuple, await session.execute(text(LIVE))))
    async with accommodation.reading() as session:
        held = set(map(tuple, await session.execute(text(HELD))))
    assert held == live


LIVE = """
SELECT id, room_type_id, check_in, check_out, guests, rooms FROM bookings
WHERE status IN ('PENDING', 'AWAITING_PAYMENT', 'CONFIRMED')
"""
HELD = """
SELECT booking_id, room_type_id, check_in, check_out, guests, rooms FROM holds WHERE status IN ('HELD', 'CONFIRMED')
"""
