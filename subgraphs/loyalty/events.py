"""Everything loyalty tells the world, and what its own relay tells its consumer."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from chassis.events import Event


class CouponAccepted(Event, name="loyalty.coupon.accepted"):
    """The gate accepted somebody. Said by the relay and heard by loyalty itself, which records it."""

    coupon_event_id: UUID
    user_id: UUID
    issuance_id: UUID
    slot: int
    rank: int
    generation: int
    requested_at: datetime

    def key(self) -> str:
        return f"{self.coupon_event_id}:{self.user_id}"


class CouponIssued(Event, name="loyalty.coupon.issued"):
    """Somebody owns a coupon that an event gave out."""

    coupon_event_id: UUID
    user_id: UUID
    user_coupon_id: UUID
    coupon_id: UUID

    def key(self) -> str:
        return f"{self.coupon_event_id}:{self.user_id}"


class BenefitEvent(Event):
    """What loyalty answers a booking that asked something of it."""

    booking_id: UUID

    def key(self) -> str:
        return str(self.booking_id)


class BenefitsHeld(BenefitEvent, name="loyalty.benefits.held"):
    discount: Decimal
    points: int
    coupon_usable_until: datetime | None
    """None where there is no coupon."""


class BenefitsRefused(BenefitEvent, name="loyalty.benefits.refused"):
    reason: str
    message: str


class BenefitsSpent(BenefitEvent, name="loyalty.benefits.spent"):
    pass


class BenefitsReleased(BenefitEvent, name="loyalty.benefits.released"):
    pass


class BenefitsGivenBack(BenefitEvent, name="loyalty.benefits.given-back"):
    pass


class CouponRevoked(BenefitEvent, name="loyalty.benefits.coupon-revoked"):
    """The coupon the booking holds is spent all the same; let go or given back it can't be used again."""

    user_coupon_id: UUID
    revoked_at: datetime
