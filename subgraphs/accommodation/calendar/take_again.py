"""Take the nights of a hold that lapsed once more, where nobody has taken them since."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from . import store
from .rules import StayRefusal, StayRefusalCode, shortage
from .tables import Hold, HoldStatus, Night


def take_again(hold: Hold, offer: store.Offer | None, nights: Mapping[date, Night]) -> None:
    """Make a lapsed hold HELD again, or LOST for good. Its nights are locked."""
    refusal = _refusal_of(hold, offer, nights)
    if refusal:
        hold.status = HoldStatus.LOST
        hold.reason, hold.message, hold.night = refusal.code, refusal.message, refusal.night
        return
    hold.status = HoldStatus.HELD
    for day in hold.dates():
        nights[day].held += hold.rooms


def never_held(booking_id: UUID, room_type_id: UUID) -> Hold:
    """The mark of a booking whose nights nobody asked for: they can't be confirmed, and not be held after that."""
    return Hold(
        booking_id=booking_id,
        room_type_id=room_type_id,
        status=HoldStatus.LOST,
        reason=StayRefusalCode.NOT_ON_SALE,
        message="These nights were never held.",
    )


def _refusal_of(hold: Hold, offer: store.Offer | None, nights: Mapping[date, Night]) -> StayRefusal | None:
    """What was allowed once stays allowed: only whether the nights can still be had is asked again."""
    if offer is None or not offer.terms.on_sale:
        return StayRefusal(StayRefusalCode.NOT_ON_SALE, "It is not on sale any more.")
    return shortage(hold.dates(), hold.rooms, nights)
