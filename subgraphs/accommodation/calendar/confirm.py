"""Confirm a hold: its booking is paid, and the nights that were held are sold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ..events import NightsConfirmed, NightsLost
from .books import Books
from .tables import Hold, HoldStatus, Night
from .take_again import never_held, take_again


@dataclass(frozen=True, slots=True)
class Confirmation:
    booking_id: UUID
    room_type_id: UUID

    def wants(self, books: Books) -> Iterable[tuple[UUID, date]]:
        return books.at_stake(self.booking_id)

    def decide(self, books: Books) -> NightsConfirmed | NightsLost:
        """Sell what is held. A hold that lapsed takes its nights again or is lost."""
        hold = books.holds.get(self.booking_id) or books.enter(never_held(self.booking_id, self.room_type_id))
        nights = books.nights_of(hold.room_type_id)
        if hold.status == HoldStatus.LAPSED:
            take_again(hold, books.offers.get(hold.room_type_id), nights)
        if hold.status == HoldStatus.HELD:
            _sell(hold, nights)
        if hold.status == HoldStatus.CONFIRMED:
            return NightsConfirmed(booking_id=hold.booking_id)
        return NightsLost(booking_id=hold.booking_id, reason=str(hold.reason), night=hold.night)


def _sell(hold: Hold, nights: Mapping[date, Night]) -> None:
    hold.status = HoldStatus.CONFIRMED
    for day in hold.dates():
        nights[day].held -= hold.rooms
        nights[day].sold += hold.rooms
