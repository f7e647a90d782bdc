"""Follow a booking: keep how it stands."""

from sqlmodel.ext.asyncio.session import AsyncSession

from . import store
from .rules import is_further
from .tables import Booking


async def follow_booking(session: AsyncSession, booking: Booking) -> None:
    """Events may come late: what is known already, or is further, stays."""
    known = await store.lock_booking(session, booking)
    if is_further(booking.status, known.status):
        for name, value in booking.model_dump(exclude={"id"}).items():
            setattr(known, name, value)
