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
        claim = books.claims.get(self.booking_id) or books.enter(never_held(self.booking_id, self.room_type_id))
        if claim.status == HoldStatus.LAPSED:
            take_again(claim, books.offers.get(claim.room_type_id), books.nights_of(claim.room_type_id))
        if claim.status not in (HoldStatus.HELD, HoldStatus.CONFIRMED):
            return NightsLost(booking_id=claim.booking_id, reason=str(claim.reason), night=claim.night)
        claim.due_at = max(claim.due_at or self.due_at, self.due_at)
        return NightsExtended(booking_id=claim.booking_id, due_at=claim.due_at)
