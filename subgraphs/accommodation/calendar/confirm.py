"""Confirm a hold: its booking is paid, and the nights that were held are sold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ..events import NightsConfirmed, NightsLost
from .books import Books
from .tables import Claim, HoldStatus, OpenNight
from .take_again import never_held, take_again


@dataclass(frozen=True, slots=True)
class Confirmation:
    booking_id: UUID
    room_type_id: UUID

    def wants(self, books: Books) -> Iterable[tuple[UUID, date]]:
        return books.at_stake(self.booking_id)

    def decide(self, books: Books) -> NightsConfirmed | NightsLost:
        """Sell what is held. A hold that lapsed takes its nights again or is lost."""
        claim = books.claims.get(self.booking_id) or books.enter(never_held(self.booking_id, self.room_type_id))
        nights = books.nights_of(claim.room_type_id)
        if claim.status == HoldStatus.LAPSED:
            take_again(claim, books.offers.get(claim.room_type_id), nights)
        if claim.status == HoldStatus.HELD:
            _sell(claim, nights)
        if claim.status == HoldStatus.CONFIRMED:
            return NightsConfirmed(booking_id=claim.booking_id)
        return NightsLost(booking_id=claim.booking_id, reason=str(claim.reason), night=claim.night)


def _sell(claim: Claim, nights: Mapping[date, OpenNight]) -> None:
    claim.status = HoldStatus.CONFIRMED
    for day in claim.dates():
        nights[day].held -= claim.rooms
        nights[day].sold += claim.rooms
