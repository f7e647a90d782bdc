"""Advance a booking: take a signal as the flow says, or know it for past. Nothing else changes a booking's stage."""

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.cache import Cache

from . import store
from .announce import announce_booking
from .ask import ask_others
from .flow import ANSWERS, STATUS, Move, Signal, asked_by, is_waited_for, move_on, strike_answered
from .nudge import nudge_watchers
from .rules import write_refusal
from .tables import Booking, BookingStatus

logger = structlog.get_logger(__name__)


async def advance_booking(
    session: AsyncSession, cache: Cache, booking: Booking, signal: Signal, said: str | None = None
) -> None:
    """Take the signal. The booking is locked, and what the signal brought is written down in it already.

    `said` is what administrators read beside the step instead of where it led.
    """
    answered = strike_answered(booking, signal)
    move = move_on(booking, signal)
    if move:
        _make(session, booking, move)
    if not booking.asks:
        booking.asked_at = None
    store.add_step(session, booking, signal, said or (_said_of(booking, move) if answered or move else "past"))
    if come_unstuck(booking, signal) or answered or move:
        booking.version += 1
        nudge_watchers(session, cache, booking)


def come_unstuck(booking: Booking, signal: Signal) -> bool:
    """Forget what it was stuck on and is no more, now that the signal got through; whether there was any such."""
    still = [word for word in booking.stuck_on if word != signal and is_waited_for(booking, word)]
    changed = still != booking.stuck_on
    booking.stuck_on = still
    if not still and booking.stuck_since:
        booking.stuck_since = None
        logger.info("booking_came_unstuck", booking_id=str(booking.id), signal=signal)
    return changed


def _make(session: AsyncSession, booking: Booking, move: Move) -> None:
    if move.refusal:
        write_refusal(booking, move.refusal, f"The total is now {booking.total:f} {booking.currency}.")
    kept = booking.asks if move.to is booking.stage else []
    asks = asked_by(booking, move)
    booking.stage = move.to
    booking.asks = [*kept, *(ask for ask in asks if ANSWERS[ask] and ask not in kept)]
    # What is asked anew may get through this time.
    booking.stuck_on = [word for word in booking.stuck_on if word not in asks]
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
