"""Take the news of a refund: the one this booking asked for ends its asking, others lessen what it can give back."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.cache import Cache

from . import store
from .advance import advance_booking, come_unstuck
from .ask import ask_others
from .cancellation import lower_refund
from .flow import Signal, move_on
from .get_stuck import stick
from .nudge import nudge_watchers
from .snapshots import OtherRefunds
from .tables import Ask, Booking


@dataclass(frozen=True)
class FailedRefund:
    """What payment says of one: `final`, nobody tries it again; `left`, what could go back where that is less."""

    id: UUID
    amount: Decimal
    reason: str
    final: bool
    left: Decimal | None


async def take_refund(session: AsyncSession, cache: Cache, booking_id: UUID, refund_id: UUID, amount: Decimal) -> None:
    booking = await store.lock_booking(session, booking_id)
    if refund_id == booking.refund_id:
        if booking.refund_amount is not None and amount < booking.refund_amount:
            lower_refund(booking, amount)  # the rest went back at the provider, and is told as a refund of its own
        await advance_booking(session, cache, booking, Signal.PAYMENT_REFUNDED)
        return
    booking.other_refunds = (booking.other_refunds or OtherRefunds()).settled(refund_id, amount)
    _note(session, cache, booking, Signal.PAYMENT_REFUNDED, _said_of_other(refund_id, amount))
    if move_on(booking, Signal.OTHER_REFUND_BACK):
        await advance_booking(session, cache, booking, Signal.OTHER_REFUND_BACK)


async def take_requested_refund(
    session: AsyncSession, cache: Cache, booking_id: UUID, refund_id: UUID, amount: Decimal
) -> None:
    """Somebody gives a part back by hand: it is not there to be given back by this booking any more."""
    booking = await store.lock_booking(session, booking_id)
    booking.other_refunds = (booking.other_refunds or OtherRefunds()).asked(refund_id, amount)
    said = _said_of_other(refund_id, amount)
    await advance_booking(session, cache, booking, Signal.REFUND_REQUESTED, said)


async def take_failed_refund(session: AsyncSession, cache: Cache, booking_id: UUID, refund: FailedRefund) -> None:
    """Payment tries again by itself what can work later. What never can is asked for as far as there is money left,
    or needs a person.
    """
    booking = await store.lock_booking(session, booking_id)
    asked = (booking.refund_id, booking.refund_amount) if Ask.REFUND_PAYMENT in booking.asks else None
    is_what_is_asked = (refund.id, refund.amount) == asked
    if is_what_is_asked and refund.left is not None and refund.left < refund.amount:
        await _ask_for_less(session, cache, booking, refund.left)
        return
    _note(session, cache, booking, Signal.PAYMENT_REFUND_FAILED, f"{refund.id}: {refund.reason}")
    if is_what_is_asked and refund.final:
        stick(session, cache, booking, [Ask.REFUND_PAYMENT], refund.reason)


async def _ask_for_less(session: AsyncSession, cache: Cache, booking: Booking, left: Decimal) -> None:
    """The same refund, which was not kept where it was asked for: the rest is with the guest by other refunds."""
    lower_refund(booking, left)
    if left:
        _note(session, cache, booking, Signal.PAYMENT_REFUND_FAILED, f"{left:f} is left of it, and asked for")
        booking.asked_at, booking.asked_again = clock.now(), 0
        ask_others(session, booking, [Ask.REFUND_PAYMENT])
    else:
        booking.asks = [ask for ask in booking.asks if ask is not Ask.REFUND_PAYMENT]
        await advance_booking(session, cache, booking, Signal.PAYMENT_REFUND_FAILED)


def _said_of_other(refund_id: UUID, amount: Decimal) -> str:
    return f"{amount:f} by {refund_id}, which this booking did not ask for"


def _note(session: AsyncSession, cache: Cache, booking: Booking, signal: Signal, said: str) -> None:
    store.add_step(session, booking, signal, said)
    come_unstuck(booking, signal)
    booking.version += 1
    nudge_watchers(session, cache, booking)
