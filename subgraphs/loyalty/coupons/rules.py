"""What is true of coupons: what one takes off, when it can't be used, and who may be given or lose one."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from chassis.errors import Conflict, DomainError, FieldError, InvalidInput
from chassis.money import round_down
from chassis.texts import wrong_text

from ..idempotency import LONGEST_KEY, IdempotencyMismatch
from .tables import BenefitHold, Coupon, CouponKind, DiscountKind, HoldState, UserCoupon
from .terms import LARGEST_AMOUNT

LONGEST_REASON = 500


class CouponInUse(DomainError):
    code = "COUPON_IN_USE"

    def __init__(self) -> None:
        super().__init__("Another event gives this coupon out already.")


class AlreadyUsed(Conflict):
    def __init__(self) -> None:
        super().__init__("The coupon has been used: it can be revoked once its booking has given it back.")


class Refusal(DomainError):
    """Why a booking does not get what it asked to hold. It is an answer to the booking, not an error."""


class NotUsable(Refusal):
    code = "COUPON_NOT_USABLE"

    def __init__(self, message: str = "There is no such coupon of this person.") -> None:
        super().__init__(message)


class LetGo(NotUsable):
    def __init__(self) -> None:
        super().__init__("The booking has let go of what it held.")


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


@dataclass(frozen=True, slots=True)
class Quote:
    """What a coupon takes off one order: nothing where it is refused. Points can pay whole units of what is left."""

    owned: OwnedCoupon
    discount: Decimal
    max_points: int
    refusal: CouponRefusal | None


@dataclass(frozen=True, slots=True)
class Grant:
    """What an administrator gives whom, and why. The key is the administrator's own."""

    key: str
    user_id: UUID
    coupon_id: UUID
    reason: str


def discount_for(coupon: Coupon, subtotal: Decimal) -> Decimal:
    """What the coupon takes off an order of that subtotal, in whole minor units and never more than the order."""
    if coupon.discount_kind is DiscountKind.AMOUNT:
        off = _given(coupon.amount)
    else:
        off = subtotal * _given(coupon.percent) / 100
    if coupon.cap is not None:
        off = min(off, coupon.cap)
    return round_down(min(off, subtotal), coupon.currency)


def quote_for(owned: OwnedCoupon, amount: Decimal, balance: int, at: datetime) -> Quote:
    """`balance` is how many points the person could use."""
    refusal = refusal_for(owned, amount, at)
    discount = discount_for(owned.coupon, amount) if refusal is None else Decimal(0)
    return Quote(owned, discount, min(balance, int(amount - discount)), refusal)


def ensure_amount(amount: Decimal, currency: str) -> None:
    if not 0 < amount <= LARGEST_AMOUNT:
        raise InvalidInput("No order is of this amount.", [FieldError("amount", "OUT_OF_RANGE")])
    if amount != round_down(amount, currency):
        raise InvalidInput(
            f"Nothing as small as this can be paid in {currency}.", [FieldError("amount", "TOO_PRECISE")]
        )


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


def ensure_grant(grant: Grant) -> None:
    wrong = [
        *wrong_text("idempotencyKey", grant.key, LONGEST_KEY, shortest=1),
        *wrong_text("reason", grant.reason, LONGEST_REASON, shortest=1),
    ]
    if wrong:
        raise InvalidInput("This can't be granted.", wrong)


def ensure_grantable(coupon: Coupon, at: datetime) -> None:
    if coupon.kind is CouponKind.LIMITED:
        raise InvalidInput("A LIMITED coupon is given out by its event alone.", [FieldError("couponId", "LIMITED")])
    if coupon.usable_until <= at:
        raise InvalidInput("Nobody could use this coupon any more.", [FieldError("couponId", "EXPIRED")])


def ensure_same_grant(granted: UserCoupon, grant: Grant) -> None:
    if (granted.user_id, granted.coupon_id, granted.grant_reason) != (grant.user_id, grant.coupon_id, grant.reason):
        raise IdempotencyMismatch


def ensure_reason(reason: str) -> None:
    if wrong := wrong_text("reason", reason, LONGEST_REASON, shortest=1):
        raise InvalidInput(f"Please say why in 1 to {LONGEST_REASON} characters.", wrong)


def ensure_revocable(owned: OwnedCoupon) -> None:
    """Held ones are: it takes effect once the booking lets go of them."""
    if owned.hold is not None and owned.hold.state is not HoldState.HELD:
        raise AlreadyUsed


def _given(value: Decimal | int | None) -> Decimal:
    """A part of the discount that its kind always has: the database says so too."""
    if value is None:
        raise ValueError("The discount lacks what its kind needs.")
    return Decimal(value)
