"""Release a hold: its booking came to nothing, and what was held or sold for it is free again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ..events import NightsReleased
from .books import Books
from .rules import StayRefusalCode
from .tables import Claim, HoldStatus, OpenNight


@dataclass(frozen=True, slots=True)
class Release:
    booking_id: UUID
    room_type_id: UUID

    def wants(self, books: Books) -> Iterable[tuple[UUID, date]]:
        return books.at_stake(self.booking_id)

    def decide(self, books: Books) -> NightsReleased:
        """Undo held and sold alike, and leave a mark by which a later hold of the booking is refused."""
        claim = books.claims.get(self.booking_id)
        if claim is None:
            claim = books.enter(Claim(self.booking_id, self.room_type_id, HoldStatus.RELEASED))
        _let_go(claim, books.nights_of(claim.room_type_id))
        return NightsReleased(booking_id=self.booking_id)


def _let_go(claim: Claim, nights: Mapping[date, OpenNight]) -> None:
    if claim.status == HoldStatus.HELD:
        for day in claim.dates():
            nights[day].held -= claim.rooms
    elif claim.status == HoldStatus.CONFIRMED:
        for day in claim.dates():
            nights[day].sold -= claim.rooms
    if claim.reason is None:
        claim.status = HoldStatus.RELEASED
        claim.reason, claim.message = StayRefusalCode.NOT_ON_SALE, "The nights of this booking were let go."
