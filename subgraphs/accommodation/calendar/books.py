"""The books of a batch: what is locked for it, and what has been decided on it so far."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol
from uuid import UUID

from ..events import HoldAnswer
from .store import Nights, Offer
from .tables import Hold, HoldStatus, Night

_AT_STAKE = (HoldStatus.HELD, HoldStatus.CONFIRMED, HoldStatus.LAPSED)


@dataclass(slots=True)
class Books:
    """Each request finds in them what those before it have left."""

    holds: dict[UUID, Hold]
    """By booking."""
    offers: Mapping[UUID, Offer]
    """By room type; those that have to be known."""
    today: date
    currency: str
    nights: Nights = field(default_factory=dict)
    new: list[Hold] = field(default_factory=list)

    def enter(self, hold: Hold) -> Hold:
        """The first that is heard of a booking."""
        self.holds[hold.booking_id] = hold
        self.new.append(hold)
        return hold

    def nights_of(self, room_type_id: UUID) -> Mapping[date, Night]:
        return self.nights.get(room_type_id, {})

    def at_stake(self, booking_id: UUID) -> Iterable[tuple[UUID, date]]:
        """The nights that may change with the booking's hold."""
        hold = self.holds.get(booking_id)
        if hold is None or hold.status not in _AT_STAKE:
            return []
        return ((hold.room_type_id, day) for day in hold.dates())


class Request(Protocol):
    """What a booking asks about its nights."""

    @property
    def booking_id(self) -> UUID: ...

    @property
    def room_type_id(self) -> UUID: ...

    def wants(self, books: Books) -> Iterable[tuple[UUID, date]]:
        """The nights it takes to decide, by room type and date."""

    def decide(self, books: Books) -> HoldAnswer:
        """Change the books, and say what became of it. What was decided before is said again."""
