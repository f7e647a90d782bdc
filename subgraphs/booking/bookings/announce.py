"""Tell the world what a booking has become."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.outbox import publish

from ..events import (
    BookingAwaitingPayment,
    BookingCancelled,
    BookingCompleted,
    BookingConfirmed,
    BookingCreated,
    BookingEvent,
    BookingExpired,
    BookingRefused,
)
from .tables import Booking, BookingStatus

# CANCELLING is a promise; what became of it is told when it is kept.
_EVENTS: Final[Mapping[BookingStatus, type[BookingEvent]]] = {
    BookingStatus.PENDING: BookingCreated,
    BookingStatus.AWAITING_PAYMENT: BookingAwaitingPayment,
    BookingStatus.CONFIRMED: BookingConfirmed,
    BookingStatus.COMPLETED: BookingCompleted,
    BookingStatus.REFUSED: BookingRefused,
    BookingStatus.EXPIRED: BookingExpired,
    BookingStatus.CANCELLED: BookingCancelled,
}


def announce_booking(session: AsyncSession, booking: Booking) -> None:
    """Say the event of the status the booking has just got."""
    if booking.status in _EVENTS:
        publish(session, _EVENTS[booking.status](**_said_of(booking)))


def _said_of(booking: Booking) -> dict[str, Any]:
    said: dict[str, Any] = booking.model_dump(
        include={
            *("code", "guest_id", "host_id", "accommodation_id", "room_type_id", "check_in", "check_out", "status"),
            *("subtotal", "coupon_discount", "points_used", "total", "currency"),
        }
    )
    said["booking_id"] = booking.id
    if booking.status is BookingStatus.COMPLETED:
        said["paid"] = booking.paid or Decimal(0)
    return said
