"""What is true of coupons: what makes a proper one, what it takes off, and when it can't be used."""

from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from chassis.errors import DomainError, FieldError, InvalidInput
from chassis.money import round_down

from .tables import BenefitHold, Coupon, CouponKind, DiscountKind, HoldState, UserCoupon

LONGEST_NAME = 200
SHORTEST_USE = timedelta(days=1)
LARGEST_QUANTITY = 1_000_000
# What the columns hold: more than any price, and far from overflowing.
LARGEST_AMOUNT = Decimal(10) ** 12


class CouponInUse(DomainError):
    code = "COUPON_IN_USE"

    def __init__(self) -> None:
        super().__init__("Another event gives this coupon out already.")


class Refusal(DomainError):
    """Why a booking does not get what it asked to hold. It is an answer to the booking, not an error."""


class NotUsable(Refusal):
    code = "COUPON_NOT_USABLE"

    def __init__(self, message: str = "There is no such coupon of this person.") -> None:
        super().__init__(message)


class LetGo(NotUsable):
    def __init__(self) -> None:
        super().__init__("The booking has let go of what it held.")


class NotEnoughPoints(Refusal):
    code = "NOT_ENOUGH_POINTS"

    def __init__(self) -> None:
        super().__init__("There are not that many points.")


class UserCouponStatus(StrEnum):
    AVAILABLE = "AVAILABLE"
    HELD = "HELD"
    USED = "USED"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"


class CouponRefusal(StrEnum):
    NOT_YET = "NOT_YET"
    EXPIRED = "EXPIRED"
    BELOW_MINIMUM = "BELOW_MINIMUM"
    ABOVE_MAXIMUM = "ABOVE_MAXIMUM"
    HELD = "HELD"
    USED = "USED"
    REVOKED = "REVOKED"


REFUSED_BECAUSE = {
    CouponRefusal.NOT_YET: "The coupon can't be used yet.",
    CouponRefusal.EXPIRED: "The coupon has expired.",
    CouponRefusal.BELOW_MINIMUM: "The coupon needs a larger order.",
    CouponRefusal.ABOVE_MAXIMUM: "The coupon needs a smaller order.",
    CouponRefusal.HELD: "Another booking holds the coupon.",
    CouponRefusal.USED: "The coupon has been used.",
    CouponRefusal.REVOKED: "The coupon was revoked.",
}


class OwnedCoupon(NamedTuple):
    """A person's coupon with all that says how it stands: its definition, and the booking that has it, if one has."""

    user_coupon: UserCoupon
    coupon: Coupon
    hold: BenefitHold | None


def discount_for(coupon: Coupon, subtotal: Decimal) -> Decimal:
    """What the coupon takes off an order of that subtotal, in whole minor units and never more than the order."""
    if coupon.discount_kind is DiscountKind.AMOUNT:
        off = _given(coupon.amount)
    else:
        off = subtotal * _given(coupon.percent) / 100
    if coupon.cap is not None:
        off = min(off, coupon.cap)
    return round_down(min(off, subtotal), coupon.currency)


def status_of(owned: OwnedCoupon, at: datetime) -> UserCouponStatus:
    """A booking that has the coupon keeps it, revoked or not: one good when held is good when spent."""
    if owned.hold is not None:
        return UserCouponStatus.HELD if owned.hold.state is HoldState.HELD else UserCouponStatus.USED
    if owned.user_coupon.revoked_at is not None:
        return UserCouponStatus.REVOKED
    return UserCouponStatus.EXPIRED if owned.coupon.usable_until <= at else UserCouponStatus.AVAILABLE


def refusal_for(owned: OwnedCoupon, subtotal: Decimal, at: datetime) -> CouponRefusal | None:
    """Why the coupon can't be used for an order of that subtotal, or None when it can."""
    coupon, status = owned.coupon, status_of(owned, at)
    if status is not UserCouponStatus.AVAILABLE:
        return CouponRefusal(status.value)
    if at < coupon.usable_from:
        return CouponRefusal.NOT_YET
    if coupon.minimum_order is not None and subtotal < coupon.minimum_order:
        return CouponRefusal.BELOW_MINIMUM
    if coupon.maximum_order is not None and subtotal > coupon.maximum_order:
        return CouponRefusal.ABOVE_MAXIMUM
    return None


def ensure_usable(owned: OwnedCoupon, subtotal: Decimal, at: datetime) -> None:
    refusal = refusal_for(owned, subtotal, at)
    if refusal is not None:
        raise NotUsable(REFUSED_BECAUSE[refusal])


def ensure_free(owned: OwnedCoupon) -> None:
    """What a hold that lapsed needs of its coupon to have it again, whatever its window: it was good when held."""
    if owned.hold is not None:
        raise NotUsable("The hold lapsed, and another booking has the coupon since.")
    if owned.user_coupon.revoked_at is not None:
        raise NotUsable("The hold lapsed, and the coupon was revoked since.")


def is_granted(hold: BenefitHold) -> bool:
    """Whether the booking was given what it asked for and did not let it go, whatever it did with it since."""
    return hold.state in {HoldState.HELD, HoldState.SPENT, HoldState.GIVEN_BACK}


def in_whole_units(coupon: Coupon) -> None:
    """Cut all amounts to the currency's minor unit."""
    for field in ("amount", "cap", "minimum_order", "maximum_order"):
        amount = getattr(coupon, field)
        if amount is not None:
            setattr(coupon, field, round_down(amount, coupon.currency))


def ensure_coupon(coupon: Coupon) -> None:
    """Raise InvalidInput with every field that is wrong, not just the first."""
    wrong = [*_wrong_name(coupon.name), *_wrong_discount(coupon), *_wrong_orders(coupon), *_wrong_quantity(coupon)]
    if coupon.usable_until - coupon.usable_from < SHORTEST_USE:
        wrong.append(FieldError("usableUntil", "LESS_THAN_A_DAY"))
    if wrong:
        raise InvalidInput("This makes no coupon.", wrong)


def _wrong_name(name: str) -> list[FieldError]:
    if not name.strip():
        return [FieldError("name", "EMPTY")]
    if len(name) > LONGEST_NAME:
        return [FieldError("name", "TOO_LONG")]
    # PostgreSQL stores every character but this one.
    return [FieldError("name", "NUL_CHARACTER")] if "\0" in name else []


def _wrong_discount(coupon: Coupon) -> list[FieldError]:
    if coupon.discount_kind is DiscountKind.AMOUNT:
        return [
            *_wrong_amount("discount.amount", coupon.amount, needed=True),
            *_not_allowed("discount.percent", coupon.percent),
            *_not_allowed("discount.cap", coupon.cap),
        ]
    return [
        *_out_of_range("discount.percent", coupon.percent, largest=100),
        *_wrong_amount("discount.cap", coupon.cap),
        *_not_allowed("discount.amount", coupon.amount),
    ]


def _wrong_orders(coupon: Coupon) -> list[FieldError]:
    minimum, maximum = coupon.minimum_order, coupon.maximum_order
    wrong = [*_negative("minimumOrder", minimum), *_negative("maximumOrder", maximum)]
    if minimum is not None and maximum is not None and minimum > maximum:
        wrong.append(FieldError("maximumOrder", "BELOW_MINIMUM"))
    return wrong


def _wrong_quantity(coupon: Coupon) -> list[FieldError]:
    if coupon.kind is CouponKind.UNLIMITED:
        return _not_allowed("quantity", coupon.quantity)
    return _out_of_range("quantity", coupon.quantity, largest=LARGEST_QUANTITY)


def _wrong_amount(field: str, amount: Decimal | None, *, needed: bool = False) -> list[FieldError]:
    if amount is None:
        return [FieldError(field, "REQUIRED")] if needed else []
    return [] if 0 < amount <= LARGEST_AMOUNT else [FieldError(field, "OUT_OF_RANGE")]


def _negative(field: str, amount: Decimal | None) -> list[FieldError]:
    return [] if amount is None or 0 <= amount <= LARGEST_AMOUNT else [FieldError(field, "OUT_OF_RANGE")]


def _out_of_range(field: str, number: int | None, *, largest: int) -> list[FieldError]:
    if number is None:
        return [FieldError(field, "REQUIRED")]
    return [] if 1 <= number <= largest else [FieldError(field, "OUT_OF_RANGE")]


def _not_allowed(field: str, value: object) -> list[FieldError]:
    return [] if value is None else [FieldError(field, "NOT_ALLOWED")]


def _given(value: Decimal | int | None) -> Decimal:
    """A part of the discount that its kind always has: the database says so too."""
    if value is None:
        raise ValueError("The discount lacks what its kind needs.")
    return Decimal(value)
