"""Release holds: their bookings came to nothing, and what was held or sold for them is free again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.outbox import publish

from ..events import NightsReleased
from . import store
from .rules import StayRefusalCode
from .tables import Hold, HoldStatus, Night


@dataclass(frozen=True, slots=True)
class Release:
    booking_id: UUID
    room_type_id: UUID


async def release_holds(session: AsyncSession, releases: Sequence[Release]) -> None:
    """Undo held and sold alike, and leave a mark by which a later hold of the booking is refused."""
    holds = await store.lock_holds(session, (each.booking_id for each in releases))
    nights = await store.lock_nights_of(session, (hold for hold in holds.values() if _takes_rooms(hold)))
    for each in releases:
        if each.booking_id not in holds:
            holds[each.booking_id] = Hold(
                booking_id=each.booking_id, room_type_id=each.room_type_id, status=HoldStatus.RELEASED
            )
            session.add(holds[each.booking_id])
        _let_go(holds[each.booking_id], nights)
        publish(session, NightsReleased(booking_id=each.booking_id))


def _let_go(hold: Hold, nights: Mapping[UUID, Mapping[date, Night]]) -> None:
    for day in hold.dates() if _takes_rooms(hold) else ():
        night = nights[hold.room_type_id][day]
        if hold.status == HoldStatus.HELD:
            night.held -= hold.rooms
        else:
            night.sold -= hold.rooms
    if hold.reason is None:
        hold.status = HoldStatus.RELEASED
        hold.reason, hold.message = StayRefusalCode.NOT_ON_SALE, "The nights of this booking were let go."


def _takes_rooms(hold: Hold) -> bool:
    return hold.status in (HoldStatus.HELD, HoldStatus.CONFIRMED)
