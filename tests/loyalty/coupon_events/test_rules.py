"""How an event stands, what makes a proper one, and what an acceptance is."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis import clock
from chassis.errors import InvalidInput
from chassis.ids import uuid7
from subgraphs.loyalty.coupon_events.rules import (
    CouponEventStatus,
    GateView,
    ensure_coupon_event,
    is_over,
    issuance_id,
    status_of,
    stock_of,
)
from subgraphs.loyalty.coupon_events.tables import CouponEvent

NOW = clock.now()
HOUR = timedelta(hours=1)
A_MOMENT = timedelta(microseconds=1)
FULL = GateView(generation=1, accepted=0, asked=0, quantity=10, closed_at=None, at=NOW, acceptance=None)
SOLD = replace(FULL, accepted=10)


def an_event(**changes: Any) -> CouponEvent:
    return CouponEvent(
        **{
            "coupon_id": uuid7(),
            "name": "First come",
            "description": "One each.",
            "opens_at": NOW - HOUR,
            "closes_at": NOW + HOUR,
            "quantity": 10,
            "gate_generation": 1,
        }
        | changes
    )


@pytest.mark.parametrize(
    ("event", "gate", "status"),
    [
        (an_event(), FULL, CouponEventStatus.OPEN),
        (an_event(), None, CouponEventStatus.OPEN),
        (an_event(opens_at=NOW), FULL, CouponEventStatus.OPEN),
        (an_event(opens_at=NOW + A_MOMENT), FULL, CouponEventStatus.SCHEDULED),
        (an_event(closes_at=NOW), FULL, CouponEventStatus.ENDED),
        (an_event(closes_at=NOW + A_MOMENT), FULL, CouponEventStatus.OPEN),
        (an_event(), SOLD, CouponEventStatus.SOLD_OUT),
        (an_event(closes_at=NOW), SOLD, CouponEventStatus.SOLD_OUT),
        (an_event(sold_out_at=NOW), None, CouponEventStatus.SOLD_OUT),
        (an_event(closed_at=NOW), FULL, CouponEventStatus.CLOSED),
        (an_event(), replace(FULL, closed_at=NOW), CouponEventStatus.CLOSED),
        (an_event(opens_at=NOW + HOUR, closes_at=NOW + 2 * HOUR, closed_at=NOW), FULL, CouponEventStatus.CLOSED),
        (an_event(quantity=None), replace(SOLD, quantity=None), CouponEventStatus.OPEN),
    ],
)
def test_an_event_stands_by_the_clock_the_stock_and_the_administrator(
    event: CouponEvent, gate: GateView | None, status: CouponEventStatus
) -> None:
    assert status_of(event, gate, NOW) is status


def test_an_event_is_over_when_nobody_can_be_accepted_any_more() -> None:
    assert not is_over(an_event(opens_at=NOW + HOUR, closes_at=NOW + 2 * HOUR), NOW)
    assert not is_over(an_event(), NOW)
    assert is_over(an_event(closes_at=NOW), NOW)
    assert is_over(an_event(closed_at=NOW), NOW)
    assert is_over(an_event(sold_out_at=NOW), NOW)


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"name": "  "}, "name", "EMPTY"),
        ({"name": "x" * 201}, "name", "TOO_LONG"),
        ({"description": "x" * 5001}, "description", "TOO_LONG"),
        ({"description": "\0"}, "description", "NUL_CHARACTER"),
        ({"opens_at": NOW + HOUR}, "closesAt", "NOT_AFTER_OPENING"),
        ({"closes_at": NOW}, "closesAt", "IN_THE_PAST"),
        ({"closes_at": NOW + 3 * HOUR}, "closesAt", "NOT_BEFORE_THE_COUPON_ENDS"),
    ],
)
def test_what_makes_no_event_is_refused_by_field(changes: dict[str, Any], field: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        ensure_coupon_event(an_event(**changes), NOW + 3 * HOUR, NOW)
    assert [(each.field, each.code) for each in refused.value.fields] == [(field, code)]


def test_what_is_just_allowed_is_allowed() -> None:
    ensure_coupon_event(an_event(closes_at=NOW + A_MOMENT, description=""), NOW + 2 * A_MOMENT, NOW)


def test_the_same_person_asking_the_same_event_is_the_same_issuance() -> None:
    event, person = UUID("01890000-0000-7000-8000-000000000001"), UUID("01890000-0000-7000-8000-000000000002")
    assert issuance_id(event, person) == UUID("5e969978-27dd-5e4f-86be-9f378c2e8b86")
    assert issuance_id(event, person).version == 5
    assert issuance_id(person, event) != issuance_id(event, person)


def test_what_the_rows_have_was_accepted_whatever_the_gate_says() -> None:
    event = an_event()
    ahead = stock_of(event, replace(FULL, accepted=7), 4, 1)
    assert (ahead.accepted, ahead.recorded, ahead.in_flight, ahead.remaining) == (7, 4, 2, 3)
    for gate in (None, replace(FULL, accepted=3)):
        behind = stock_of(event, gate, 4, 1)
        assert (behind.accepted, behind.in_flight, behind.remaining) == (5, 0, 5)
    assert stock_of(an_event(quantity=None), FULL, 0, 0).remaining is None
