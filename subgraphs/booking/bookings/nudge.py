"""Nudge those who watch: the booking itself, the bookings of its host's places, or all there are."""

from functools import partial
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.cache import Cache
from chassis.database import after_commit

from .tables import Booking


def channel_of(booking_id: UUID) -> str:
    """Where those who watch a booking are told to look."""
    return f"booking:{booking_id}"


def channel_of_host(host_id: UUID | None) -> str:
    """Where those are who watch the bookings of a host's places; None is administrators, who watch all."""
    return f"bookings:{host_id or 'all'}"


def nudge_watchers(session: AsyncSession, cache: Cache, booking: Booking) -> None:
    channels = [channel_of(booking.id), channel_of_host(None)]
    if booking.host_id:
        channels.append(channel_of_host(booking.host_id))
    after_commit(session, partial(cache.nudge, *channels))
