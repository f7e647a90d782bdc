"""What is true of both books of an event together: they have one order, and what is recorded is PENDING no more."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from ..coupon_events.rules import Acceptance, CouponIssuanceStatus
from ..coupon_events.tables import CouponIssuance

Accepted: TypeAlias = CouponIssuance | Acceptance
"""Recorded, or not yet."""
Place: TypeAlias = tuple[int, int, UUID]
"""Generation and rank, which are also the id of an entry in the stream, and the issuance's id."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Which page is wanted of an event's issuances."""

    statuses: frozenset[CouponIssuanceStatus]
    first: int
    after: str | None
    count: bool

    @property
    def of_pending(self) -> bool:
        return CouponIssuanceStatus.PENDING in self.statuses

    @property
    def of_issued(self) -> bool:
        return CouponIssuanceStatus.ISSUED in self.statuses


def place_of(found: Accepted) -> Place:
    return found.generation, found.rank, found.id if isinstance(found, CouponIssuance) else found.issuance_id


def in_order(issued: Sequence[CouponIssuance], pending: Sequence[Acceptance]) -> list[Accepted]:
    """In the order of acceptance. What was found in both books counts as recorded."""
    recorded = {each.id for each in issued}
    return sorted([*issued, *(each for each in pending if each.issuance_id not in recorded)], key=place_of)


def total_of(wish: Wish, accepted: int, recorded: int) -> int:
    """How many there are of what is wanted. What is recorded was accepted, also where the gate is lost."""
    pending = max(accepted - recorded, 0)
    return (recorded if wish.of_issued else 0) + (pending if wish.of_pending else 0)
