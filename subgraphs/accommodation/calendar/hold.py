"""Hold nights for a booking: all of them or none."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from chassis.money import round_down

from ..events import HeldNight, NightsHeld, NightsRefused
from .books import Books, Offer
from .rules import Stay, StayRefusal, StayRefusalCode, refusal_for, refusal_of_own, refusal_unseen, subtotal
from .tables import Claim, HoldStatus, OpenNight


@dataclass(frozen=True, slots=True)
class HoldRequest:
    booking_id: UUID
    guest_id: UUID
    room_type_id: UUID
    stay: Stay
    due_at: datetime
    """How long the hold is good for."""

    def wants(self, books: Books) -> Iterable[tuple[UUID, date]]:
        """None where it is refused whatever the nights are like: nobody reads centuries."""
        offer = books.offers.get(self.room_type_id)
        if self.booking_id in books.claims or not offer or refusal_unseen(self.stay, offer.terms, books.today):
            return ()
        return ((self.room_type_id, day) for day in self.stay.dates())

    def decide(self, books: Books) -> NightsHeld | NightsRefused:
        if known := books.claims.get(self.booking_id):
            return _said_again(known)
        offer = books.offers.get(self.room_type_id)
        if offer is None:
            return self._refuse(books, StayRefusal(StayRefusalCode.NOT_ON_SALE, "There is no such room type."))
        own = refusal_of_own(self.guest_id, offer.accommodation.host_id)
        nights = books.nights_of(self.room_type_id)
        refusal = own or refusal_for(self.stay, offer.terms, nights, books.today)
        return self._refuse(books, refusal) if refusal else self._take(books, offer, nights)

    def _take(self, books: Books, offer: Offer, nights: Mapping[date, OpenNight]) -> NightsHeld:
        answer = self._answer(offer, nights, books.currency)
        for day in self.stay.dates():
            nights[day].held += self.stay.rooms
        books.enter(self._claim(status=HoldStatus.HELD, answer=answer.payload()))
        return answer

    def _refuse(self, books: Books, refusal: StayRefusal) -> NightsRefused:
        said = {"reason": refusal.code, "message": refusal.message, "night": refusal.night}
        return _refused(books.enter(self._claim(status=HoldStatus.REFUSED, **said)))

    def _claim(self, **decided: Any) -> Claim:
        return Claim(
            booking_id=self.booking_id,
            room_type_id=self.room_type_id,
            guest_id=self.guest_id,
            check_in=self.stay.check_in,
            check_out=self.stay.check_out,
            guests=self.stay.guests,
            rooms=self.stay.rooms,
            due_at=self.due_at,
            **decided,
        )

    def _answer(self, offer: Offer, nights: Mapping[date, OpenNight], currency: str) -> NightsHeld:
        place = offer.accommodation
        return NightsHeld(
            booking_id=self.booking_id,
            room_type_id=self.room_type_id,
            accommodation_id=place.id,
            host_id=place.host_id,
            accommodation_name=place.name,
            room_type_name=offer.room_type.name,
            address_line=place.address_line,
            check_in_time=place.check_in_time,
            check_out_time=place.check_out_time,
            nights=[HeldNight(date=day, price=round_down(nights[day].price, currency)) for day in self.stay.dates()],
            subtotal=round_down(subtotal(self.stay, nights), currency),
            currency=currency,
            policy=offer.policy,
        )


def _said_again(claim: Claim) -> NightsHeld | NightsRefused:
    """What lapsed since was held all the same: confirming it decides anew."""
    if claim.status in (HoldStatus.HELD, HoldStatus.CONFIRMED, HoldStatus.LAPSED):
        return NightsHeld.model_validate(claim.answer)
    return _refused(claim)


def _refused(claim: Claim) -> NightsRefused:
    return NightsRefused(
        booking_id=claim.booking_id, reason=str(claim.reason), message=claim.message or "", night=claim.night
    )
