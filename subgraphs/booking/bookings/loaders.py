"""Bookings by id, a whole level of a query at once, each only to its guest."""

from uuid import UUID

from chassis.context import Context

from . import store
from .rules import belongs_to
from .tables import Booking


async def own_bookings_by_id(context: Context, ids: list[UUID]) -> list[Booking | None]:
    """What is another's is as absent as what does not exist."""
    guest_id = context.principal.user_id
    if guest_id is None:
        return [None] * len(ids)
    async with context.database.reading() as session:
        found = await store.bookings_by_id(session, ids)
    return [
        found[booking_id] if booking_id in found and belongs_to(found[booking_id], guest_id) else None
        for booking_id in ids
    ]
