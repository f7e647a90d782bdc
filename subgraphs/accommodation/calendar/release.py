"""Release a hold: its booking came to nothing, and what was held or sold for it is free again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ..events import NightsReleased
from .books import Books
from .rules import StayRefusalCode
from .tables import Hold, HoldStatus, Night


@dataclass(frozen=True, slots=True)
class Release:
    booking_id: UUID
    room_type_id: UUID

    def wants(self, books: Books) -> Iterable[tuple[UUID, date]]:
        return books.at_stake(self.booking_id)

    def decide(self, books: Books) -> NightsReleased:
        """Undo held and sold alike, and leave a mark by which a later hold of the booking is refused."""
        hold = books.holds.get(self.booking_id)
        if hold is None:
            mark = Hold(booking_id=self.booking_id, room_type_id=self.room_type_id, status=HoldStatus.RELEASED)
            hold = books.enter(mark)
        _let_go(hold, books.nights_of(hold.room_type_id))
        return NightsReleased(booking_id=self.booking_id)


def _let_go(hold: Hold, nights: Mapping[date, Night]) -> None:
    if hold.status == HoldStatus.HELD:
        for day in hold.dates():
            nights[day].held -= hold.rooms
    elif hold.status == HoldStatus.CONFIRMED:
        for day in hold.dates():
            nights[day].sold -= hold.rooms
    if hold.reason is None:
        hold.status = HoldStatus.RELEASED
        hold.reason, hold.message = StayRefusalCode.NOT_ON_SALE, "The nights of this booking were let go."
