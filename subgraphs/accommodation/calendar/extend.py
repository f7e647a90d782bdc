"""Extend holds: a booking waits longer for its payment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.outbox import publish

from ..events import NightsExtended, NightsLost
from . import store
from .tables import Hold, HoldStatus
from .take_again import never_held, take_again


@dataclass(frozen=True, slots=True)
class Extension:
    booking_id: UUID
    room_type_id: UUID
    due_at: datetime


async def extend_holds(session: AsyncSession, extensions: Sequence[Extension]) -> None:
    """Hold on until the new time, never a shorter one; a hold that lapsed takes its nights again or is lost."""
    holds = await store.lock_holds(session, (each.booking_id for each in extensions))
    lapsed = [hold for hold in holds.values() if hold.status == HoldStatus.LAPSED]
    offers = await store.offers_by_room_type(session, (hold.room_type_id for hold in lapsed))
    nights = await store.lock_nights_of(session, lapsed)
    for each in extensions:
        if each.booking_id not in holds:
            holds[each.booking_id] = never_held(each.booking_id, each.room_type_id)
            session.add(holds[each.booking_id])
        hold = holds[each.booking_id]
        if hold.status == HoldStatus.LAPSED:
            take_again(hold, offers.get(hold.room_type_id), nights.get(hold.room_type_id, {}))
        publish(session, _extended(hold, each.due_at))


def _extended(hold: Hold, due_at: datetime) -> NightsExtended | NightsLost:
    if hold.status not in (HoldStatus.HELD, HoldStatus.CONFIRMED):
        return NightsLost(booking_id=hold.booking_id, reason=str(hold.reason), night=hold.night)
    hold.due_at = max(hold.due_at or due_at, due_at)
    return NightsExtended(booking_id=hold.booking_id, due_at=hold.due_at)
