"""Advance a booking: take a signal as the flow says, or know it for past. Nothing else changes a booking's stage."""

from functools import partial
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.cache import Cache
from chassis.database import after_commit

from . import store
from .announce import announce_booking
from .ask import ask_others
from .flow import ANSWERS, STATUS, Move, Signal, asked_by, move_on, strike_answered
from .rules import write_refusal
from .tables import Booking, BookingStatus


def channel_of(booking_id: UUID) -> str:
    """Where those who watch a booking are told to look."""
    return f"booking:{booking_id}"


async def advance_booking(session: AsyncSession, cache: Cache, booking: Booking, signal: Signal) -> None:
    """Take the signal. The booking is locked, and what the signal brought is written down in it already."""
    answered = strike_answered(booking, signal)
    move = move_on(booking, signal)
    if move:
        _make(session, booking, move)
    if not booking.asks:
        booking.asked_at = None
    store.add_step(session, booking, signal, _said_of(booking, move) if answered or move else "past")
    if answered or move:
        booking.version += 1
        after_commit(session, partial(cache.nudge, channel_of(booking.id)))


def _make(session: AsyncSession, booking: Booking, move: Move) -> None:
    if move.refusal:
        write_refusal(booking, move.refusal, f"The total is now {booking.total:f} {booking.currency}.")
    kept = booking.asks if move.to is booking.stage else []
    asks = asked_by(booking, move)
    booking.stage = move.to
    booking.asks = [*kept, *(ask for ask in asks if ANSWERS[ask] and ask not in kept)]
    if asks:
        booking.asked_at, booking.asked_again = clock.now(), 0
    _change_status(session, booking, STATUS[move.to])
    ask_others(session, booking, asks)


def _change_status(session: AsyncSession, booking: Booking, status: BookingStatus | None) -> None:
    if status is None or status is booking.status:
        return
    booking.status = status
    if status is BookingStatus.CONFIRMED:
        booking.confirmed_at = clock.now()
    elif status is BookingStatus.CANCELLED:
        booking.cancelled_at = clock.now()
    announce_booking(session, booking)


def _said_of(booking: Booking, move: Move | None) -> str | None:
    """What administrators read beside the step: where it led, and what is now asked."""
    if move is None:
        return None
    asked = f", asking {', '.join(booking.asks)}" if booking.asks else ""
    return f"{move.to}{asked}"
