"""What cancelling a booking does: one set of rules makes the quote and the deed."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from chassis.errors import DomainError
from chassis.ids import uuid7
from chassis.money import round_down

from .flow import FLOW, Signal
from .rules import check_in_at, check_out_at, has_usable_coupon, money_left
from .snapshots import Cancellation, CancellationPolicy, CancellationTier, CancelledBy
from .tables import Booking, Stage

FREE_UNTIL_THE_DAY_BEFORE = CancellationPolicy(name="", tiers=(CancellationTier(days_before=1, fee_percent=0),))


class NotCancellable(DomainError):
    code = "NOT_CANCELLABLE"


class RefundChanged(DomainError):
    code = "REFUND_CHANGED"


def by_guest(booking: Booking, reason: str, now: datetime, zone: ZoneInfo) -> Cancellation:
    """By the policy, until the guest may come. Nothing is charged for what is not paid yet."""
    _ensure_until(booking, check_in_at(booking, zone), now)
    return _at_a_fee(booking, CancelledBy.GUEST, reason, _fee_now(booking, now, zone), now)


def by_house(booking: Booking, reason: str, now: datetime, zone: ZoneInfo, *, by_policy: bool) -> Cancellation:
    """Everything goes back, or what the policy leaves; until the guest must have left."""
    _ensure_until(booking, check_out_at(booking, zone), now)
    fee = _fee_now(booking, now, zone) if by_policy else Decimal(0)
    return _at_a_fee(booking, CancelledBy.HOUSE, reason, fee, now)


def in_full(booking: Booking, reason: str, now: datetime) -> Cancellation:
    """The house could not keep its word: nothing is charged, everything goes back."""
    return _at_a_fee(booking, CancelledBy.HOUSE, reason, Decimal(0), now)


def decide_cancellation(booking: Booking, cancellation: Cancellation) -> None:
    """Write down what is given back, once, with the refund's id: whoever is asked again is asked for the same."""
    booking.cancellation = cancellation
    if cancellation.refund:
        booking.refund_id, booking.refund_amount = uuid7(), cancellation.refund


def lower_refund(booking: Booking, left: Decimal) -> None:
    """Write down that no more than this can still go back: another refund was on its way already."""
    booking.refund_amount = left or None
    if not left:
        booking.refund_id = None
    if booking.cancellation:
        booking.cancellation = booking.cancellation.model_copy(update={"refund": left})


def give_all_back(booking: Booking, amount: Decimal) -> None:
    """Write down that what came goes back whole: it came for a booking that is given up."""
    booking.refund_id, booking.refund_amount = uuid7(), amount
    if booking.cancellation:
        booking.cancellation = booking.cancellation.model_copy(update={"refund": amount})


def ensure_refund(cancellation: Cancellation, expected: Decimal | None) -> None:
    if expected is not None and expected != cancellation.refund:
        raise RefundChanged(f"The refund is now {cancellation.refund:f}.")


def fee_for(subtotal: Decimal, currency: str, policy: CancellationPolicy | None, days_left: int) -> Decimal:
    """The first tier whose days are at most those left applies; none: all of the subtotal."""
    tiers = (policy or FREE_UNTIL_THE_DAY_BEFORE).tiers
    percent = next((tier.fee_percent for tier in tiers if tier.days_before <= days_left), 100)
    return round_down(subtotal * percent / 100, currency)


def _fee_now(booking: Booking, now: datetime, zone: ZoneInfo) -> Decimal:
    if booking.stage is not Stage.CONFIRMED or booking.terms is None or booking.subtotal is None:
        return Decimal(0)
    days_left = (booking.check_in - now.astimezone(zone).date()).days
    return fee_for(booking.subtotal, booking.currency, booking.terms.policy, days_left)


def _at_a_fee(booking: Booking, by: CancelledBy, reason: str, fee: Decimal, now: datetime) -> Cancellation:
    """The fee is taken from the money first, then from the points, then from the coupon."""
    total = booking.total or Decimal(0)
    return Cancellation(
        by=by,
        reason=reason,
        fee=fee,
        refund=min(max(Decimal(0), total - fee), money_left(booking)),
        points_returned=max(0, int(booking.points_used - max(Decimal(0), fee - total))),
        coupon_returned=has_usable_coupon(booking, now) and fee <= total + booking.points_used,
    )


def _ensure_until(booking: Booking, end: datetime, now: datetime) -> None:
    if Signal.CANCEL not in FLOW[booking.stage]:
        raise NotCancellable("This booking can't be cancelled as it stands.")
    if now >= end:
        raise NotCancellable(f"This booking could be cancelled until {end.isoformat()}.")
