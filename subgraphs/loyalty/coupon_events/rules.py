"""What is true of coupon events: what makes a proper one, how one stands, and what an acceptance is."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid5

from chassis.errors import FieldError, InvalidInput

from .tables import CouponEvent

LONGEST_NAME = 200
LONGEST_DESCRIPTION = 5_000


class CouponEventStatus(StrEnum):
    SCHEDULED = "SCHEDULED"
    OPEN = "OPEN"
    SOLD_OUT = "SOLD_OUT"
    ENDED = "ENDED"
    CLOSED = "CLOSED"


class CouponRejection(StrEnum):
    SOLD_OUT = "SOLD_OUT"
    NOT_OPEN_YET = "NOT_OPEN_YET"
    ENDED = "ENDED"
    CLOSED = "CLOSED"


class CouponIssuanceStatus(StrEnum):
    PENDING = "PENDING"
    ISSUED = "ISSUED"
    REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What the gate decided for one person, once and for all."""

    coupon_event_id: UUID
    user_id: UUID
    slot: int
    """Which of the event's coupons it is: 1 to the quantity, nobody else's."""
    rank: int
    """The order of acceptance, from 1, perhaps with gaps."""
    generation: int
    requested_at: datetime
    is_pending: bool = True
    """False where the gate knows that it is recorded. Otherwise the rows know best."""

    @property
    def issuance_id(self) -> UUID:
        return issuance_id(self.coupon_event_id, self.user_id)


@dataclass(frozen=True, slots=True)
class Rejection:
    reason: CouponRejection
    requested_at: datetime


@dataclass(frozen=True, slots=True)
class GateView:
    """What the gate knows of an event at one moment, and of the one person who looks."""

    generation: int
    accepted: int
    quantity: int | None
    closed_at: datetime | None
    acceptance: Acceptance | None

    @property
    def remaining(self) -> int | None:
        return None if self.quantity is None else self.quantity - self.accepted


def issuance_id(coupon_event_id: UUID, user_id: UUID) -> UUID:
    """The same person asking the same event is the same issuance everywhere, without anybody looking it up."""
    return uuid5(coupon_event_id, str(user_id))


def status_of(event: CouponEvent, gate: GateView | None, at: datetime) -> CouponEventStatus:
    """How the event stands. The gate knows of the last coupon and of closing before the rows do."""
    if event.closed_at or (gate and gate.closed_at):
        return CouponEventStatus.CLOSED
    if event.sold_out_at or (gate and gate.remaining == 0):
        return CouponEventStatus.SOLD_OUT
    if at < event.opens_at:
        return CouponEventStatus.SCHEDULED
    return CouponEventStatus.OPEN if at < event.closes_at else CouponEventStatus.ENDED


@dataclass(frozen=True, slots=True)
class Stock:
    """The two books of an event side by side: what its gate accepted, and what the rows have of it."""

    quantity: int | None
    accepted: int
    recorded: int
    dead_lettered: int
    generation: int

    @property
    def in_flight(self) -> int:
        return self.accepted - self.recorded - self.dead_lettered

    @property
    def remaining(self) -> int | None:
        return None if self.quantity is None else self.quantity - self.accepted


def stock_of(event: CouponEvent, gate: GateView | None, recorded: int, dead_lettered: int) -> Stock:
    """What the rows have was accepted, also where the gate was looked at a moment earlier, or is lost."""
    accepted = max(gate.accepted if gate else 0, recorded + dead_lettered)
    return Stock(event.quantity, accepted, recorded, dead_lettered, event.gate_generation)


def is_over(event: CouponEvent, at: datetime) -> bool:
    """Whether nobody can be accepted any more at that instant, as far as the rows know."""
    return status_of(event, None, at) in {
        CouponEventStatus.SOLD_OUT,
        CouponEventStatus.ENDED,
        CouponEventStatus.CLOSED,
    }


def ensure_coupon_event(event: CouponEvent, usable_until: datetime, at: datetime) -> None:
    """Raise InvalidInput with every field that is wrong; `usable_until` is its coupon's."""
    wrong = [
        *([] if event.name.strip() else [FieldError("name", "EMPTY")]),
        *_wrong_text("name", event.name, LONGEST_NAME),
        *_wrong_text("description", event.description, LONGEST_DESCRIPTION),
        *_wrong_times(event, usable_until, at),
    ]
    if wrong:
        raise InvalidInput("This makes no coupon event.", wrong)


def _wrong_text(field: str, text: str, longest: int) -> list[FieldError]:
    if len(text) > longest:
        return [FieldError(field, "TOO_LONG")]
    # PostgreSQL stores every character but this one.
    return [FieldError(field, "NUL_CHARACTER")] if "\0" in text else []


def _wrong_times(event: CouponEvent, usable_until: datetime, at: datetime) -> list[FieldError]:
    if event.closes_at <= event.opens_at:
        return [FieldError("closesAt", "NOT_AFTER_OPENING")]
    if event.closes_at <= at:
        return [FieldError("closesAt", "IN_THE_PAST")]
    return [FieldError("closesAt", "NOT_BEFORE_THE_COUPON_ENDS")] if event.closes_at >= usable_until else []
