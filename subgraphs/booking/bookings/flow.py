"""The flow of a booking, as a table: at each stage what moves it on, where to, and what is then asked of whom.

`FLOW[stage][signal]` are moves, and the first whose condition holds is made. What a booking asked stays in its `asks`
until it is answered, and the sweeper asks it again. A signal that neither answers an ask nor makes a move is past: it
came twice, late, or out of order, and changes nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from .tables import Ask, Booking, BookingStatus, RefusalCode, Stage


class Signal(StrEnum):
    """What a booking can be told: the others' reports by their names, and what the clock says."""

    NIGHTS_HELD = "accommodation.nights.held"
    NIGHTS_REFUSED = "accommodation.nights.refused"
    NIGHTS_EXTENDED = "accommodation.nights.extended"
    NIGHTS_CONFIRMED = "accommodation.nights.confirmed"
    NIGHTS_LOST = "accommodation.nights.lost"
    NIGHTS_RELEASED = "accommodation.nights.released"
    BENEFITS_HELD = "loyalty.benefits.held"
    BENEFITS_REFUSED = "loyalty.benefits.refused"
    BENEFITS_SPENT = "loyalty.benefits.spent"
    BENEFITS_RELEASED = "loyalty.benefits.released"
    BENEFITS_GIVEN_BACK = "loyalty.benefits.given-back"
    COUPON_REVOKED = "loyalty.benefits.coupon-revoked"
    PAYMENT_OPENED = "payment.payment.opened"
    ACCOUNT_ISSUED = "payment.payment.account-issued"
    PAYMENT_REFUSED = "payment.payment.refused"
    PAYMENT_PAID = "payment.payment.paid"
    PAYMENT_CLOSED = "payment.payment.closed"
    PAYMENT_REFUNDED = "payment.payment.refunded"
    PAYMENT_REFUND_FAILED = "payment.payment.refund-failed"
    REFUND_REQUESTED = "payment.payment.refund-requested"
    DUE_TIME_PASSED = "booking.due-time-passed"
    CANCEL = "booking.cancel"
    STAY_OVER = "booking.stay-over"
    OTHER_REFUND_BACK = "booking.other-refund-back"


REPORTS: Final = tuple(signal for signal in Signal if not signal.startswith("booking."))


def wants_benefits(booking: Booking) -> bool:
    return booking.user_coupon_id is not None or booking.points > 0


def price_changed(booking: Booking) -> bool:
    return booking.expected_total is not None and booking.expected_total != booking.total


def nothing_to_pay(booking: Booking) -> bool:
    return booking.total == 0


def all_answered(booking: Booking) -> bool:
    return not booking.asks


def all_back(booking: Booking) -> bool:
    """Nothing is asked any more, and no refund by hand is on its way."""
    return all_answered(booking) and not (booking.other_refunds and booking.other_refunds.open)


def always(_booking: Booking) -> bool:
    return True


@dataclass(frozen=True)
class Move:
    """A step to a stage. Staying at the same stage keeps what is still asked; leaving it forgets that."""

    to: Stage
    asks: tuple[Ask, ...] = ()
    when: Callable[[Booking], bool] = always
    refusal: RefusalCode | None = None


_SIGNALS: Final = frozenset(Signal)
_BENEFITS: Final = frozenset(ask for ask in Ask if ask.startswith("loyalty."))

START: Final = Move(Stage.HOLDING_NIGHTS, asks=(Ask.HOLD_NIGHTS,))

_CONFIRM: Final = (Ask.CONFIRM_HOLD, Ask.SPEND_BENEFITS)
_RELEASE: Final = (Ask.RELEASE_HOLD, Ask.RELEASE_BENEFITS)
_UNDO: Final = (Ask.RELEASE_HOLD, Ask.GIVE_BACK_BENEFITS, Ask.REFUND_PAYMENT)
_PRICED: Final = (
    Move(Stage.REFUSED, asks=_RELEASE, when=price_changed, refusal=RefusalCode.PRICE_CHANGED),
    Move(Stage.CONFIRMING, asks=_CONFIRM, when=nothing_to_pay),
    Move(Stage.OPENING_PAYMENT, asks=(Ask.OPEN_PAYMENT,)),
)
_PAID: Final = (Move(Stage.CONFIRMING, asks=_CONFIRM),)
_WAIT_LONGER: Final = (Move(Stage.AWAITING_PAYMENT, asks=(Ask.EXTEND_HOLD, Ask.EXTEND_BENEFITS)),)
_PAYMENT_REFUSED: Final = (Move(Stage.REFUSED, asks=_RELEASE),)
_UNPAID: Final = (Move(Stage.EXPIRED, asks=_RELEASE),)
_CLOSE: Final = (Move(Stage.CLOSING_PAYMENT, asks=(Ask.CLOSE_PAYMENT,)),)
_CANCEL_UNPAID: Final = (Move(Stage.CANCELLING, asks=(Ask.CLOSE_PAYMENT, *_RELEASE)),)
_GIVEN_BACK: Final = (Move(Stage.CANCELLED, when=all_back),)

FLOW: Final[Mapping[Stage, Mapping[Signal, tuple[Move, ...]]]] = {
    Stage.HOLDING_NIGHTS: {
        Signal.NIGHTS_HELD: (Move(Stage.HOLDING_BENEFITS, asks=(Ask.HOLD_BENEFITS,), when=wants_benefits), *_PRICED),
        Signal.NIGHTS_REFUSED: (Move(Stage.REFUSED),),
        Signal.DUE_TIME_PASSED: (Move(Stage.EXPIRED, asks=(Ask.RELEASE_HOLD,)),),
        Signal.CANCEL: (Move(Stage.CANCELLING, asks=(Ask.RELEASE_HOLD,)),),
    },
    Stage.HOLDING_BENEFITS: {
        Signal.BENEFITS_HELD: _PRICED,
        Signal.BENEFITS_REFUSED: (Move(Stage.REFUSED, asks=(Ask.RELEASE_HOLD,)),),
        Signal.DUE_TIME_PASSED: _UNPAID,
        Signal.CANCEL: (Move(Stage.CANCELLING, asks=_RELEASE),),
    },
    Stage.OPENING_PAYMENT: {
        Signal.COUPON_REVOKED: (Move(Stage.OPENING_PAYMENT),),
        Signal.PAYMENT_OPENED: (Move(Stage.AWAITING_PAYMENT),),
        Signal.ACCOUNT_ISSUED: _WAIT_LONGER,
        Signal.PAYMENT_PAID: _PAID,
        Signal.PAYMENT_REFUSED: _PAYMENT_REFUSED,
        Signal.PAYMENT_CLOSED: _UNPAID,
        Signal.DUE_TIME_PASSED: _CLOSE,
        Signal.CANCEL: _CANCEL_UNPAID,
    },
    Stage.AWAITING_PAYMENT: {
        Signal.COUPON_REVOKED: (Move(Stage.AWAITING_PAYMENT),),
        Signal.ACCOUNT_ISSUED: _WAIT_LONGER,
        Signal.NIGHTS_LOST: _CLOSE,
        Signal.PAYMENT_PAID: _PAID,
        Signal.PAYMENT_REFUSED: _PAYMENT_REFUSED,
        Signal.PAYMENT_CLOSED: _UNPAID,
        Signal.DUE_TIME_PASSED: _CLOSE,
        Signal.CANCEL: _CANCEL_UNPAID,
    },
    # Only payment says whether money came, so the due time alone ends nothing.
    Stage.CLOSING_PAYMENT: {
        Signal.COUPON_REVOKED: (Move(Stage.CLOSING_PAYMENT),),
        Signal.PAYMENT_CLOSED: _UNPAID,
        Signal.PAYMENT_PAID: _PAID,
        Signal.PAYMENT_REFUSED: _PAYMENT_REFUSED,
        Signal.CANCEL: _CANCEL_UNPAID,
    },
    # Once money was taken it is confirmed first: cancelling then goes by the policy.
    Stage.CONFIRMING: {
        Signal.COUPON_REVOKED: (Move(Stage.CONFIRMING),),
        Signal.NIGHTS_CONFIRMED: (Move(Stage.CONFIRMED, when=all_answered),),
        Signal.BENEFITS_SPENT: (Move(Stage.CONFIRMED, when=all_answered),),
        Signal.NIGHTS_LOST: (Move(Stage.CANCELLING, asks=_UNDO),),
        Signal.BENEFITS_REFUSED: (Move(Stage.CANCELLING, asks=_UNDO),),
        Signal.REFUND_REQUESTED: (Move(Stage.CONFIRMING),),
    },
    Stage.CONFIRMED: {
        Signal.COUPON_REVOKED: (Move(Stage.CONFIRMED),),
        Signal.REFUND_REQUESTED: (Move(Stage.CONFIRMED),),
        Signal.STAY_OVER: (Move(Stage.COMPLETED),),
        Signal.CANCEL: (Move(Stage.CANCELLING, asks=_UNDO),),
    },
    Stage.CANCELLING: {
        Signal.NIGHTS_RELEASED: _GIVEN_BACK,
        Signal.BENEFITS_RELEASED: _GIVEN_BACK,
        Signal.BENEFITS_GIVEN_BACK: _GIVEN_BACK,
        Signal.PAYMENT_CLOSED: _GIVEN_BACK,
        Signal.PAYMENT_REFUSED: _GIVEN_BACK,
        Signal.PAYMENT_REFUNDED: _GIVEN_BACK,
        # It came to nothing: all of the money had gone back by other refunds.
        Signal.PAYMENT_REFUND_FAILED: _GIVEN_BACK,
        Signal.REFUND_REQUESTED: (Move(Stage.CANCELLING),),
        Signal.OTHER_REFUND_BACK: _GIVEN_BACK,
        Signal.PAYMENT_PAID: (Move(Stage.CANCELLING, asks=(Ask.REFUND_PAYMENT,)),),
    },
    # Money that comes after the end goes back whole.
    Stage.REFUSED: {Signal.PAYMENT_PAID: (Move(Stage.REFUSED, asks=(Ask.REFUND_PAYMENT,)),)},
    Stage.EXPIRED: {Signal.PAYMENT_PAID: (Move(Stage.EXPIRED, asks=(Ask.REFUND_PAYMENT,)),)},
    Stage.CANCELLED: {Signal.PAYMENT_PAID: (Move(Stage.CANCELLED, asks=(Ask.REFUND_PAYMENT,)),)},
    Stage.COMPLETED: {},
}

ANSWERS: Final[Mapping[Ask, frozenset[Signal]]] = {
    Ask.HOLD_NIGHTS: frozenset({Signal.NIGHTS_HELD, Signal.NIGHTS_REFUSED}),
    Ask.CONFIRM_HOLD: frozenset({Signal.NIGHTS_CONFIRMED, Signal.NIGHTS_LOST}),
    Ask.EXTEND_HOLD: frozenset({Signal.NIGHTS_EXTENDED, Signal.NIGHTS_LOST}),
    Ask.RELEASE_HOLD: frozenset({Signal.NIGHTS_RELEASED}),
    Ask.HOLD_BENEFITS: frozenset({Signal.BENEFITS_HELD, Signal.BENEFITS_REFUSED}),
    # Loyalty waits as long as it is told to and says nothing; should the hold lapse, spending takes it again.
    Ask.EXTEND_BENEFITS: frozenset(),
    Ask.SPEND_BENEFITS: frozenset({Signal.BENEFITS_SPENT, Signal.BENEFITS_REFUSED}),
    Ask.RELEASE_BENEFITS: frozenset({Signal.BENEFITS_RELEASED}),
    Ask.GIVE_BACK_BENEFITS: frozenset({Signal.BENEFITS_GIVEN_BACK}),
    Ask.OPEN_PAYMENT: frozenset({Signal.PAYMENT_OPENED, Signal.PAYMENT_REFUSED, Signal.PAYMENT_CLOSED}),
    Ask.CLOSE_PAYMENT: frozenset({Signal.PAYMENT_CLOSED, Signal.PAYMENT_PAID, Signal.PAYMENT_REFUSED}),
    Ask.REFUND_PAYMENT: frozenset({Signal.PAYMENT_REFUNDED}),
}

# A stage without a status leaves it as it was: the guest still waits for the same thing.
STATUS: Final[Mapping[Stage, BookingStatus | None]] = {
    Stage.HOLDING_NIGHTS: BookingStatus.PENDING,
    Stage.HOLDING_BENEFITS: BookingStatus.PENDING,
    Stage.OPENING_PAYMENT: BookingStatus.PENDING,
    Stage.AWAITING_PAYMENT: BookingStatus.AWAITING_PAYMENT,
    Stage.CLOSING_PAYMENT: None,
    Stage.CONFIRMING: None,
    Stage.CONFIRMED: BookingStatus.CONFIRMED,
    Stage.COMPLETED: BookingStatus.COMPLETED,
    Stage.REFUSED: BookingStatus.REFUSED,
    Stage.EXPIRED: BookingStatus.EXPIRED,
    Stage.CANCELLING: BookingStatus.CANCELLING,
    Stage.CANCELLED: BookingStatus.CANCELLED,
}


def is_awaited(booking: Booking, signal: Signal) -> bool:
    """Whether the signal can still say something: then what it brings is worth taking down."""
    return signal in FLOW[booking.stage] or any(signal in ANSWERS[ask] for ask in booking.asks)


def is_waited_for(booking: Booking, word: str) -> bool:
    """Whether the booking stands still for want of that ask's answer, or of that signal."""
    if word in _SIGNALS:
        return is_awaited(booking, Signal(word)) and not (word == Signal.PAYMENT_PAID and booking.paid is not None)
    return word in booking.asks


def strike_answered(booking: Booking, signal: Signal) -> bool:
    """Take what the signal answers off the booking's asks; False when it answers none."""
    open_asks = [ask for ask in booking.asks if signal not in ANSWERS[ask]]
    answered = len(open_asks) < len(booking.asks)
    if answered:
        booking.asks = open_asks
    return answered


def move_on(booking: Booking, signal: Signal) -> Move | None:
    return next((move for move in FLOW[booking.stage].get(signal, ()) if move.when(booking)), None)


def asked_by(booking: Booking, move: Move) -> tuple[Ask, ...]:
    """What the move asks that concerns this booking: no benefits where none are wanted, no refund of nothing."""
    return tuple(ask for ask in move.asks if _concerns(booking, ask))


def _concerns(booking: Booking, ask: Ask) -> bool:
    if ask in _BENEFITS:
        return wants_benefits(booking)
    if ask is Ask.REFUND_PAYMENT:
        return bool(booking.refund_amount)
    return True
