"""Create a booking: it is stored as PENDING, and its flow begins."""

import secrets
from datetime import timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.cache import Cache

from . import store
from .announce import announce_booking
from .ask import ask_others
from .flow import START
from .nudge import nudge_watchers
from .rules import CODES, BookingRequest, code_for, ensure_possible, ensure_same_request, fingerprint_of
from .tables import Booking, BookingStatus


async def create_booking(
    session: AsyncSession,
    cache: Cache,
    guest_id: UUID,
    request: BookingRequest,
    *,
    currency: str,
    payment_due: timedelta,
) -> Booking:
    """A new booking, or the one this guest has made with the same key and input."""
    ensure_possible(request)
    booking = await store.insert_booking(session, _booking_of(guest_id, request, currency, payment_due))
    while booking is None:
        earlier = await store.find_booking_by_key(session, guest_id, request.idempotency_key)
        if earlier:
            ensure_same_request(earlier, fingerprint_of(request))
            return earlier
        # Not the key was taken but the code, by another's booking: a new one is drawn.
        booking = await store.insert_booking(session, _booking_of(guest_id, request, currency, payment_due))
    store.add_step(session, booking, "booking.created", f"{booking.stage}, asking {', '.join(booking.asks)}")
    announce_booking(session, booking)
    ask_others(session, booking, booking.asks)
    nudge_watchers(session, cache, booking)
    return booking


def _booking_of(guest_id: UUID, request: BookingRequest, currency: str, payment_due: timedelta) -> Booking:
    now = clock.now()
    return Booking(
        guest_id=guest_id,
        created_by=guest_id,
        updated_by=guest_id,
        code=_new_code(),
        idempotency_key=request.idempotency_key,
        fingerprint=fingerprint_of(request),
        room_type_id=request.room_type_id,
        check_in=request.check_in,
        check_out=request.check_out,
        guests=request.guests,
        rooms=request.rooms,
        guest_name=request.guest_name,
        guest_phone=request.guest_phone,
        guest_number=request.guest_number,
        special_requests=request.special_requests,
        user_coupon_id=request.user_coupon_id,
        points=request.points,
        expected_total=request.expected_total,
        currency=currency,
        status=BookingStatus.PENDING,
        stage=START.to,
        asks=list(START.asks),
        asked_at=now,
        payment_due_at=now + payment_due,
    )


def _new_code() -> str:
    return code_for(secrets.randbelow(CODES))
