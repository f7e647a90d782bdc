"""Everything accommodation tells the world: the answers to what bookings ask, and what becomes of places."""

import datetime as dt
from decimal import Decimal
from typing import Self
from uuid import UUID

from pydantic import BaseModel

from chassis.events import Event


class HeldNight(BaseModel, frozen=True):
    date: dt.date
    price: Decimal
    """For one room."""


class HeldTier(BaseModel, frozen=True):
    days_before: int
    fee_percent: int


class HeldPolicy(BaseModel, frozen=True):
    """Tiers from many days to few. When none applies any more, cancelling costs everything."""

    name: str
    tiers: list[HeldTier]


class HoldAnswer(Event):
    """An answer about the hold of a booking; answers to one booking keep their order."""

    booking_id: UUID

    def key(self) -> str:
        return str(self.booking_id)


class NightsHeld(HoldAnswer, name="accommodation.nights.held"):
    """All nights are held, at these prices and terms, whatever is changed from now on."""

    room_type_id: UUID
    accommodation_id: UUID
    host_id: UUID
    accommodation_name: str
    room_type_name: str
    address_line: str
    check_in_time: dt.time
    check_out_time: dt.time
    nights: list[HeldNight]
    subtotal: Decimal
    """All nights for all rooms."""
    currency: str
    policy: HeldPolicy


class NightsRefused(HoldAnswer, name="accommodation.nights.refused"):
    """None of the nights is held."""

    reason: str
    message: str
    night: dt.date | None


class NightsExtended(HoldAnswer, name="accommodation.nights.extended"):
    """They are held until `due_at`."""

    due_at: dt.datetime


class NightsConfirmed(HoldAnswer, name="accommodation.nights.confirmed"):
    """They are sold."""


class NightsLost(HoldAnswer, name="accommodation.nights.lost"):
    """They were to be confirmed or extended and can't be had any more; none of them is held."""

    reason: str
    night: dt.date | None


class NightsReleased(HoldAnswer, name="accommodation.nights.released"):
    """Whatever was held or sold for the booking is free again."""


class AccommodationEvent(Event):
    """Something about a place; what is said of one keeps its order."""

    accommodation_id: UUID
    host_id: UUID

    @classmethod
    def of(cls, accommodation_id: UUID, host_id: UUID) -> Self:
        return cls(accommodation_id=accommodation_id, host_id=host_id)

    def key(self) -> str:
        return str(self.accommodation_id)


class AccommodationPublished(AccommodationEvent, name="accommodation.accommodation.published"):
    """It is on sale."""


class AccommodationChanged(AccommodationEvent, name="accommodation.accommodation.changed"):
    """What is said of it, its rooms or its photos was changed."""


class AccommodationWithdrawn(AccommodationEvent, name="accommodation.accommodation.withdrawn"):
    """It is on sale no more; what is booked stays booked."""


class AccommodationDeleted(AccommodationEvent, name="accommodation.accommodation.deleted"):
    """It is gone; nothing ahead was booked."""


class ReviewChanged(AccommodationEvent, name="accommodation.review.changed"):
    """A review was written, changed, deleted, replied to, hidden or shown again."""

    review_id: UUID
