"""Hold nights for bookings: many requests are decided together, in the order they came."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.money import round_down
from chassis.outbox import publish

from ..events import HeldNight, HeldPolicy, NightsHeld, NightsRefused
from . import store
from .rules import Stay, StayRefusal, StayRefusalCode, refusal_for, refusal_of_own, subtotal
from .tables import Hold, HoldStatus, Night


@dataclass(frozen=True, slots=True)
class HoldRequest:
    booking_id: UUID
    guest_id: UUID
    room_type_id: UUID
    stay: Stay
    due_at: datetime
    """How long the hold is good for."""


async def hold_nights(session: AsyncSession, requests: Sequence[HoldRequest], *, today: date, currency: str) -> None:
    """Hold all nights of a booking or none, and say which. A booking asked for again is answered as before."""
    holds = await store.lock_holds(session, (request.booking_id for request in requests))
    new = [request for request in requests if request.booking_id not in holds]
    offers = await store.offers_by_room_type(session, (request.room_type_id for request in new))
    nights = await store.lock_nights(session, _wanted(new, offers))
    for request in requests:
        if request.booking_id not in holds:
            offer, on_sale = offers.get(request.room_type_id), nights.get(request.room_type_id, {})
            holds[request.booking_id] = _decide(request, offer, on_sale, today, currency)
            session.add(holds[request.booking_id])
        publish(session, _answer_to(holds[request.booking_id]))


def _wanted(requests: Iterable[HoldRequest], offers: Mapping[UUID, store.Offer]) -> Iterator[tuple[UUID, date]]:
    """The nights that matter; a stay that is too long for its room is refused without a look at them."""
    for request in requests:
        offer = offers.get(request.room_type_id)
        if offer and request.stay.length <= offer.terms.max_nights:
            yield from ((request.room_type_id, day) for day in request.stay.dates())


def _decide(
    request: HoldRequest, offer: store.Offer | None, nights: Mapping[date, Night], today: date, currency: str
) -> Hold:
    stay, answer = request.stay, None
    refusal = _refusal_of(request, offer, nights, today)
    if offer and not refusal:
        answer = _answer_of(request, offer, nights, currency).payload()
        for day in stay.dates():
            nights[day].held += stay.rooms
    return Hold(
        booking_id=request.booking_id,
        room_type_id=request.room_type_id,
        guest_id=request.guest_id,
        check_in=stay.check_in,
        check_out=stay.check_out,
        guests=stay.guests,
        rooms=stay.rooms,
        due_at=request.due_at,
        status=HoldStatus.REFUSED if refusal else HoldStatus.HELD,
        answer=answer,
        reason=refusal.code if refusal else None,
        message=refusal.message if refusal else None,
        night=refusal.night if refusal else None,
    )


def _refusal_of(
    request: HoldRequest, offer: store.Offer | None, nights: Mapping[date, Night], today: date
) -> StayRefusal | None:
    if offer is None:
        return StayRefusal(StayRefusalCode.NOT_ON_SALE, "There is no such room type.")
    own = refusal_of_own(request.guest_id, offer.accommodation.host_id)
    return own or refusal_for(request.stay, offer.terms, nights, today)


def _answer_of(request: HoldRequest, offer: store.Offer, nights: Mapping[date, Night], currency: str) -> NightsHeld:
    place, stay = offer.accommodation, request.stay
    return NightsHeld(
        booking_id=request.booking_id,
        room_type_id=request.room_type_id,
        accommodation_id=place.id,
        host_id=place.host_id,
        accommodation_name=place.name,
        room_type_name=offer.room_type.name,
        address_line=place.address_line,
        check_in_time=place.check_in_time,
        check_out_time=place.check_out_time,
        nights=[HeldNight(date=day, price=round_down(nights[day].price, currency)) for day in stay.dates()],
        subtotal=round_down(subtotal(stay, nights), currency),
        currency=currency,
        policy=HeldPolicy.model_validate(place.cancellation_policy),
    )


def _answer_to(hold: Hold) -> NightsHeld | NightsRefused:
    """What was decided, said once more. What lapsed since was held all the same: confirming it decides anew."""
    if hold.status in (HoldStatus.HELD, HoldStatus.CONFIRMED, HoldStatus.LAPSED):
        return NightsHeld.model_validate(hold.answer)
    return NightsRefused(
        booking_id=hold.booking_id, reason=str(hold.reason), message=hold.message or "", night=hold.night
    )
