"""Confirm holds: their bookings are paid, and the nights that were held are sold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.outbox import publish

from ..events import NightsConfirmed, NightsLost
from . import store
from .tables import Hold, HoldStatus, Night
from .take_again import never_held, take_again


@dataclass(frozen=True, slots=True)
class Confirmation:
    booking_id: UUID
    room_type_id: UUID


async def confirm_holds(session: AsyncSession, confirmations: Sequence[Confirmation]) -> None:
    """Sell what is held. A hold that lapsed takes its nights again or is lost; all are answered."""
    holds = await store.lock_holds(session, (each.booking_id for each in confirmations))
    lapsed = [hold for hold in holds.values() if hold.status == HoldStatus.LAPSED]
    held = [hold for hold in holds.values() if hold.status == HoldStatus.HELD]
    offers = await store.offers_by_room_type(session, (hold.room_type_id for hold in lapsed))
    nights = await store.lock_nights_of(session, held + lapsed)
    for each in confirmations:
        if each.booking_id not in holds:
            holds[each.booking_id] = never_held(each.booking_id, each.room_type_id)
            session.add(holds[each.booking_id])
        hold = holds[each.booking_id]
        on_sale = nights.get(hold.room_type_id, {})
        if hold.status == HoldStatus.LAPSED:
            take_again(hold, offers.get(hold.room_type_id), on_sale)
        if hold.status == HoldStatus.HELD:
            _sell(hold, on_sale)
        publish(session, _answer_to(hold))


def _sell(hold: Hold, nights: Mapping[date, Night]) -> None:
    hold.status = HoldStatus.CONFIRMED
    for day in hold.dates():
        nights[day].held -= hold.rooms
        nights[day].sold += hold.rooms


def _answer_to(hold: Hold) -> NightsConfirmed | NightsLost:
    if hold.status == HoldStatus.CONFIRMED:
        return NightsConfirmed(booking_id=hold.booking_id)
    return NightsLost(booking_id=hold.booking_id, reason=str(hold.reason), night=hold.night)
