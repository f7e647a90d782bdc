"""Note that a stay is over, so that its guest may review it."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from ..room_types.store import room_types_with_places
from . import store
from .tables import CompletedStay


async def note_completed_stay(
    session: AsyncSession, booking_id: UUID, guest_id: UUID, room_type_id: UUID, at: datetime
) -> None:
    """Said again it changes nothing. Raise LookupError for a room type that never was: such a message is a defect."""
    found = await room_types_with_places(session, [room_type_id])
    if room_type_id not in found:
        raise LookupError(f"Booking {booking_id} is completed in a room type that does not exist: {room_type_id}")
    place = found[room_type_id][1]
    stay = CompletedStay(booking_id=booking_id, guest_id=guest_id, accommodation_id=place.id, completed_at=at)
    await store.insert_stay(session, stay)
