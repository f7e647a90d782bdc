"""What makes a proper coupon: its terms, and which of them is wrong."""

from datetime import datetime, timedelta
from decimal import Decimal

from chassis.errors import FieldError, InvalidInput
from chassis.money import round_down
from chassis.texts import wrong_name

from .tables import Coupon, CouponKind, DiscountKind

LONGEST_NAME = 200
SHORTEST_USE = timedelta(days=1)
# As long as points can be good. Whoever means longer has mistyped the year.
LONGEST_AHEAD = timedelta(days=3660)
LARGEST_QUANTITY = 1_000_000
# What the columns hold: more than any price, and far from overflowing.
LARGEST_AMOUNT = Decimal(10) ** 12


def in_whole_units(coupon: Coupon) -> None:
    """Cut all amounts to the currency's minor unit."""
    for field in ("amount", "cap", "minimum_order", "maximum_order"):
        amount = getattr(coupon, field)
        if amount is not None:
            setattr(coupon, field, round_down(amount, coupon.currency))


def ensure_coupon(coupon: Coupon, at: datetime) -> None:
    """Raise InvalidInput with every field that is wrong, not just the first."""
    wrong = [
        *wrong_name("name", coupon.name, LONGEST_NAME),
        *_wrong_discount(coupon),
        *_wrong_orders(coupon),
        *_wrong_quantity(coupon),
        *_wrong_use(coupon, at),
    ]
    if wrong:
        raise InvalidInput("This makes no coupon.", wrong)


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


def _wrong_use(coupon: Coupon, at: datetime) -> list[FieldError]:
    if coupon.usable_until - coupon.usable_from < SHORTEST_USE:
        return [FieldError("usableUntil", "LESS_THAN_A_DAY")]
    if coupon.usable_until <= at:
        return [FieldError("usableUntil", "IN_THE_PAST")]
    return [FieldError("usableUntil", "TOO_FAR_AHEAD")] if coupon.usable_until - at > LONGEST_AHEAD else []


def _wrong_amount(field: str, amount: Decimal | None, *, needed: bool = False) -> list[FieldError]:
    if amount is None:
        return [FieldError(field, "REQUIRED")] if needed else []
    return [] if 0 < amount <= LARGEST_AMOUNT else [FieldError(field, "OUT_OF_RANGE")]


def _negative(field: str, amount: Decimal | None) -> list[FieldError]:
    # By its sign: less than a unit below nothing was cut to nothing.
    fits = amount is None or (not amount.is_signed() and amount <= LARGEST_AMOUNT)
    return [] if fits else [FieldError(field, "OUT_OF_RANGE")]


def _out_of_range(field: str, number: int | None, *, largest: int) -> list[FieldError]:
    if number is None:
        return [FieldError(field, "REQUIRED")]
    return [] if 1 <= number <= largest else [FieldError(field, "OUT_OF_RANGE")]


def _not_allowed(field: str, value: object) -> list[FieldError]:
    return [] if value is None else [FieldError(field, "NOT_ALLOWED")]
