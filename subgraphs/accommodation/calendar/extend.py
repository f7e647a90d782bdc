"""Extend a hold: its booking waits longer for its payment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from ..events import NightsExtended, NightsLost
from .books import Books
from .tables import HoldStatus
from .take_again import never_held, take_again


@dataclass(frozen=True, slots=True)
class Extension:
    booking_id: UUID
    room_type_id: UUID
    due_at: datetime

    def wants(self, books: Books) -> Iterable[tuple[UUID, date]]:
        return books.at_stake(self.booking_id)

    def decide(self, books: Books) -> NightsExtended | NightsLost:
        """Hold on until the new time, never a shorter one; a hold that lapsed takes its nights again or is lost."""
        hold = books.holds.get(self.booking_id) or books.enter(never_held(self.booking_id, self.room_type_id))
        if hold.status == HoldStatus.LAPSED:
            take_again(hold, books.offers.get(hold.room_type_id), books.nights_of(hold.room_type_id))
        if hold.status not in (HoldStatus.HELD, HoldStatus.CONFIRMED):
            return NightsLost(booking_id=hold.booking_id, reason=str(hold.reason), night=hold.night)
        hold.due_at = max(hold.due_at or self.due_at, self.due_at)
        return NightsExtended(booking_id=hold.booking_id, due_at=hold.due_at)
