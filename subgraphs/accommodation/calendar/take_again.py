"""Take the nights of a hold that lapsed once more, where nobody has taken them since."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from .books import Offer
from .rules import StayRefusal, StayRefusalCode, shortage
from .tables import Claim, HoldStatus, OpenNight


def take_again(claim: Claim, offer: Offer | None, nights: Mapping[date, OpenNight]) -> None:
    """Make a lapsed hold HELD again, or LOST for good. Its nights are locked."""
    refusal = _refusal_of(claim, offer, nights)
    if refusal:
        claim.status = HoldStatus.LOST
        claim.reason, claim.message, claim.night = refusal.code, refusal.message, refusal.night
        return
    claim.status = HoldStatus.HELD
    for day in claim.dates():
        nights[day].held += claim.rooms


def never_held(booking_id: UUID, room_type_id: UUID) -> Claim:
    """The mark of a booking whose nights nobody asked for: they can't be confirmed, and not be held after that."""
    return Claim(
        booking_id=booking_id,
        room_type_id=room_type_id,
        status=HoldStatus.LOST,
        reason=StayRefusalCode.NOT_ON_SALE,
        message="These nights were never held.",
    )


def _refusal_of(claim: Claim, offer: Offer | None, nights: Mapping[date, OpenNight]) -> StayRefusal | None:
    """What was allowed once stays allowed: only whether the nights can still be had is asked again."""
    if offer is None or not offer.terms.on_sale:
        return StayRefusal(StayRefusalCode.NOT_ON_SALE, "It is not on sale any more.")
    return shortage(claim.dates(), claim.rooms, nights)
