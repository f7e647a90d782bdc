"""Both books of an event as one: their order, and how many there are."""

from dataclasses import replace

import pytest

from chassis import clock
from chassis.ids import uuid7
from subgraphs.loyalty.coupon_events.rules import Acceptance, CouponIssuanceStatus
from subgraphs.loyalty.coupon_events.tables import CouponIssuance
from subgraphs.loyalty.issuances.rules import Accepted, Wish, in_order, total_of

EVENT, NOW = uuid7(), clock.now()
ISSUED, PENDING = CouponIssuanceStatus.ISSUED, CouponIssuanceStatus.PENDING


def waiting(rank: int, generation: int = 1) -> Acceptance:
    return Acceptance(EVENT, uuid7(), rank, rank, generation, NOW)


def recorded(each: Acceptance) -> CouponIssuance:
    return CouponIssuance(id=each.issuance_id, user_id=each.user_id, rank=each.rank, generation=each.generation)


def ranks(found: list[Accepted]) -> list[tuple[int, int, bool]]:
    return [(each.generation, each.rank, isinstance(each, CouponIssuance)) for each in found]


def test_a_later_generation_comes_after_all_of_an_earlier_one() -> None:
    late, early, last = waiting(1, generation=2), waiting(2), waiting(10)
    assert ranks(in_order([recorded(late)], [last, early])) == [(1, 2, False), (1, 10, False), (2, 1, True)]


def test_what_is_in_both_books_is_recorded() -> None:
    both, only = waiting(1), waiting(2)
    assert ranks(in_order([recorded(both)], [both, only])) == [(1, 1, True), (1, 2, False)]
    # What is the same issuance is told by its id alone.
    assert ranks(in_order([recorded(both)], [replace(both, rank=7)])) == [(1, 1, True)]


@pytest.mark.parametrize(
    ("statuses", "accepted", "recorded", "total"),
    [
        ({ISSUED, PENDING}, 10, 3, 10),
        ({ISSUED}, 10, 3, 3),
        ({PENDING}, 10, 3, 7),
        (set(), 10, 3, 0),
        # The gate is lost, or was looked at before the rows.
        ({ISSUED, PENDING}, 0, 3, 3),
        ({PENDING}, 0, 3, 0),
    ],
)
def test_both_books_are_counted(statuses: set[CouponIssuanceStatus], accepted: int, recorded: int, total: int) -> None:
    assert total_of(Wish(frozenset(statuses), 20, None, count=True), accepted, recorded) == total
