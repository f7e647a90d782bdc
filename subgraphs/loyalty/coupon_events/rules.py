"""What is true of coupon events: what makes a proper one, how one stands, and what an acceptance is."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid5

from chassis.errors import DomainError, FieldError, InvalidInput
from chassis.texts import wrong_name, wrong_text

from ..coupons.tables import Coupon
from .tables import CouponEvent

LONGEST_NAME = 200
LONGEST_DESCRIPTION = 5_000


class EventStarted(DomainError):
    code = "EVENT_STARTED"

    def __init__(self) -> None:
        super().__init__("This can only be changed before the event opens.")


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
    is_last: bool = field(default=False, compare=False)
    """Whether it was just given and none is left."""

    @property
    def issuance_id(self) -> UUID:
        return issuance_id(self.coupon_event_id, self.user_id)


@dataclass(frozen=True, slots=True)
class Rejection:
    reason: CouponRejection
    requested_at: datetime
    generation: int
    """Of the gate that said it."""


@dataclass(frozen=True, slots=True)
class GateView:
    """What the gate knows of an event at one moment, and of the one person who looks."""

    generation: int
    accepted: int
    asked: int
    """How often somebody asked it, accepted or not; of a rebuilt one, at least so often."""
    quantity: int | None
    closed_at: datetime | None
    at: datetime
    """When that was, by the clock of the gate's server, which is the one that decides."""
    acceptance: Acceptance | None

    @property
    def remaining(self) -> int | None:
        return None if self.quantity is None else self.quantity - self.accepted


def issuance_id(coupon_event_id: UUID, user_id: UUID) -> UUID:
    """The same person asking the same event is the same issuance everywhere, without anybody looking it up."""
    return uuid5(coupon_event_id, str(user_id))


def is_sold_out(decision: Acceptance | Rejection) -> bool:
    """Whether it says that no coupon is left."""
    if isinstance(decision, Acceptance):
        return decision.is_last
    return decision.reason is CouponRejection.SOLD_OUT


def status_of(event: CouponEvent, gate: GateView | None, at: datetime) -> CouponEventStatus:
    """How the event stands: by its gate's clock where there is one, which knows the last coupon before the rows do."""
    at = gate.at if gate else at
    if event.closed_at or (gate and gate.closed_at):
        return CouponEventStatus.CLOSED
    if gate.remaining == 0 if gate else event.sold_out_at:
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
    asked: int
    generation: int
    unavailable_since: datetime | None

    @property
    def in_flight(self) -> int:
        return max(0, self.accepted - self.recorded - self.dead_lettered)

    @property
    def remaining(self) -> int | None:
        return None if self.quantity is None else self.quantity - self.accepted


def stock_of(event: CouponEvent, gate: GateView | None, recorded: int, dead_lettered: int, at: datetime) -> Stock:
    """What is recorded was accepted, also where the gate was looked at a moment earlier. While there is no gate, what
    it accepted is what the rows have: recorded, or dead, unless that is of somebody whose slot another has.
    """
    accepted = max(gate.accepted, recorded) if gate else _known_to_rows(event, recorded, dead_lettered)
    asked = max(gate.asked if gate else 0, accepted)
    away = unavailable_since(event, gate, at)
    return Stock(event.quantity, accepted, recorded, dead_lettered, asked, event.gate_generation, away)


def _known_to_rows(event: CouponEvent, recorded: int, dead_lettered: int) -> int:
    if event.settled_at:
        return recorded
    accepted = recorded + dead_lettered
    return accepted if event.quantity is None else min(accepted, event.quantity)


def unavailable_since(event: CouponEvent, gate: GateView | None, at: datetime) -> datetime | None:
    """Since when its gate can't answer anybody: as far as the rows know, or from now on where its server is away."""
    if event.settled_at:
        return None
    return event.gate_lost_at or (None if gate else at)


@dataclass(frozen=True, slots=True)
class Seen:
    """An event as it was at one moment: its row, what its gate knew, and how much of it was in the rows."""

    event: CouponEvent
    coupon: Coupon
    gate: GateView | None
    at: datetime
    """By the clock that says how it stands."""
    recorded: int = 0
    dead_lettered: int = 0

    @property
    def status(self) -> CouponEventStatus:
        return status_of(self.event, self.gate, self.at)

    @property
    def stock(self) -> Stock:
        return stock_of(self.event, self.gate, self.recorded, self.dead_lettered, self.at)


# An event only goes forward, but for a gate that was rebuilt.
_PROGRESS = {CouponEventStatus.SCHEDULED: 0, CouponEventStatus.OPEN: 1}
_OVER = 2


def version_of(seen: Seen) -> tuple[int, ...]:
    """What makes one state newer than another for those who want to know how it stands and what is left.

    While the gate is lost nothing is newer than what it said last, unless all is over.
    """
    progress = _PROGRESS.get(seen.status, _OVER)
    gate, row = seen.gate, seen.event
    generation = gate.generation if gate else row.gate_generation if progress == _OVER else -1
    given = gate.accepted if gate and gate.quantity else 0
    return generation, row.revision, progress, given


def board_version_of(seen: Seen) -> tuple[int, ...]:
    """What makes one state newer than another for those who watch both books, and whether anybody can ask."""
    generation, *more = version_of(seen)
    stock = seen.stock
    answers = seen.event.gate_lost_at is None or seen.event.settled_at is not None
    if not answers:
        generation = max(generation, seen.event.gate_generation)
    return generation, answers, *more, stock.accepted, stock.recorded, stock.dead_lettered, stock.asked


def seconds_to_next(seen: Seen) -> float | None:
    """When the event stands otherwise by the clock alone; None where it does not."""
    match seen.status:
        case CouponEventStatus.SCHEDULED:
            return (seen.event.opens_at - seen.at).total_seconds()
        case CouponEventStatus.OPEN:
            return (seen.event.closes_at - seen.at).total_seconds()
        case _:
            return None


def is_straggler(event: CouponEvent, acceptance: Acceptance) -> bool:
    """Whether it comes from a gate before this one, which was rebuilt from all that was known by then."""
    is_collected = event.gate_collected_at is not None and event.settled_at is None
    return is_collected and acceptance.generation < event.gate_generation


def is_over(event: CouponEvent, at: datetime) -> bool:
    """Whether nobody can be accepted any more at that instant, as far as the rows know."""
    return status_of(event, None, at) in {
        CouponEventStatus.SOLD_OUT,
        CouponEventStatus.ENDED,
        CouponEventStatus.CLOSED,
    }


def to_the_millisecond(instant: datetime) -> datetime:
    """As exactly as clients are shown instants: what they read and send back is the same."""
    return instant.replace(microsecond=instant.microsecond // 1_000 * 1_000)


def has_opened(event: CouponEvent, at: datetime) -> bool:
    """Whether there ever was an instant up to that one at which somebody could be accepted."""
    return event.opens_at <= (event.closed_at or at)


def ensure_coupon_event(event: CouponEvent, usable_until: datetime, at: datetime) -> None:
    """Raise InvalidInput with every field that is wrong; `usable_until` is its coupon's."""
    _ensure([*_wrong_texts(event), *_wrong_times(event, usable_until, at)])


def ensure_texts(event: CouponEvent) -> None:
    """Raise InvalidInput with every text that is wrong."""
    _ensure(_wrong_texts(event))


def _ensure(wrong: list[FieldError]) -> None:
    if wrong:
        raise InvalidInput("This makes no coupon event.", wrong)


def _wrong_texts(event: CouponEvent) -> list[FieldError]:
    return [
        *wrong_name("name", event.name, LONGEST_NAME),
        *wrong_text("description", event.description, LONGEST_DESCRIPTION),
    ]


def _wrong_times(event: CouponEvent, usable_until: datetime, at: datetime) -> list[FieldError]:
    if event.closes_at <= event.opens_at:
        return [FieldError("closesAt", "NOT_AFTER_OPENING")]
    if event.closes_at <= at:
        return [FieldError("closesAt", "IN_THE_PAST")]
    return [FieldError("closesAt", "NOT_BEFORE_THE_COUPON_ENDS")] if event.closes_at >= usable_until else []
