"""The books of a batch: what is locked for it, and what has been decided on it so far."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol
from uuid import UUID

from ..accommodations.tables import Accommodation
from ..events import HeldPolicy, HoldAnswer
from ..room_types.tables import RoomType
from .rules import Terms
from .tables import Claim, HoldStatus, OpenNight

_AT_STAKE = (HoldStatus.HELD, HoldStatus.CONFIRMED, HoldStatus.LAPSED)


OpenNights = dict[UUID, dict[dt.date, OpenNight]]
"""By room type and date."""


@dataclass(frozen=True)
class Offer:
    """A room type with the place it belongs to."""

    room_type: RoomType
    accommodation: Accommodation

    @cached_property
    def terms(self) -> Terms:
        return Terms(
            on_sale=self.accommodation.is_bookable and self.room_type.deleted_at is None,
            max_guests=self.room_type.max_guests,
            max_nights=self.room_type.max_nights,
        )

    @cached_property
    def policy(self) -> HeldPolicy:
        return HeldPolicy.model_validate(self.accommodation.cancellation_policy)


@dataclass(slots=True)
class Books:
    """Each request finds in them what those before it have left."""

    claims: dict[UUID, Claim]
    """By booking."""
    offers: Mapping[UUID, Offer]
    """By room type; those that have to be known."""
    today: dt.date
    currency: str
    nights: OpenNights = field(default_factory=dict)

    def enter(self, claim: Claim) -> Claim:
        """The first that is heard of a booking."""
        self.claims[claim.booking_id] = claim
        return claim

    def nights_of(self, room_type_id: UUID) -> Mapping[dt.date, OpenNight]:
        return self.nights.get(room_type_id, {})

    def at_stake(self, booking_id: UUID) -> Iterable[tuple[UUID, dt.date]]:
        """The nights that may change with what is decided about the booking."""
        claim = self.claims.get(booking_id)
        if claim is None or claim.status not in _AT_STAKE:
            return ()
        return ((claim.room_type_id, day) for day in claim.dates())


class Request(Protocol):
    """What a booking asks about its nights."""

    @property
    def booking_id(self) -> UUID: ...

    @property
    def room_type_id(self) -> UUID: ...

    def wants(self, books: Books) -> Iterable[tuple[UUID, dt.date]]:
        """The nights it takes to decide, by room type and date."""

    def decide(self, books: Books) -> HoldAnswer:
        """Change the books, and say what became of it. What was decided before is said again."""
