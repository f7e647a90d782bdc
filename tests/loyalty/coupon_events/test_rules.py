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
    Seen,
    board_version_of,
    ensure_coupon_event,
    has_opened,
    is_over,
    issuance_id,
    seconds_to_next,
    status_of,
    stock_of,
    version_of,
)
from subgraphs.loyalty.coupon_events.tables import CouponEvent
from subgraphs.loyalty.coupons.tables import Coupon, CouponKind

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
            "revision": 0,
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
        # Where there is a gate it knows best: one that was made anew may have some again.
        (an_event(sold_out_at=NOW), FULL, CouponEventStatus.OPEN),
        # By its clock.
        (an_event(), replace(FULL, at=NOW - 2 * HOUR), CouponEventStatus.SCHEDULED),
        (an_event(), replace(FULL, at=NOW + 2 * HOUR), CouponEventStatus.ENDED),
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
    ("event", "opened"),
    [
        (an_event(), True),
        (an_event(opens_at=NOW), True),
        (an_event(opens_at=NOW + A_MOMENT), False),
        (an_event(closes_at=NOW), True),
        (an_event(closed_at=NOW - HOUR), True),
        (an_event(closed_at=NOW - HOUR - A_MOMENT), False),
        (an_event(closed_at=NOW - 2 * HOUR), False),
        (an_event(sold_out_at=NOW), True),
    ],
)
def test_an_event_has_opened_when_there_was_an_instant_at_which_one_could_win(
    event: CouponEvent, *, opened: bool
) -> None:
    assert has_opened(event, NOW) is opened


COUPON = Coupon(name="Ten", kind=CouponKind.LIMITED)
AHEAD = {"opens_at": NOW + HOUR, "closes_at": NOW + 2 * HOUR}


def seen(gate: GateView | None = FULL, recorded: int = 0, dead_lettered: int = 0, **changes: Any) -> Seen:
    return Seen(an_event(**changes), COUPON, gate, NOW, recorded, dead_lettered)


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (seen(), seen(replace(FULL, accepted=1))),
        (seen(**AHEAD), seen()),
        (seen(), seen(closes_at=NOW)),
        (seen(), seen(SOLD)),
        (seen(), seen(revision=1)),
        (seen(closes_at=NOW), seen(revision=1)),
        (seen(), seen(replace(FULL, closed_at=NOW))),
        # A gate that was made anew may know of fewer, and of none that are left.
        (seen(SOLD), seen(replace(FULL, generation=2), gate_generation=2)),
        # While it is lost nothing is newer, but that all is over.
        (seen(None), seen()),
        (seen(None, gate_generation=2, revision=1), seen()),
        (seen(), seen(None, closes_at=NOW)),
        (seen(SOLD), seen(None, closed_at=NOW, gate_generation=2)),
    ],
)
def test_what_is_pushed_only_goes_forward(older: Seen, newer: Seen) -> None:
    assert version_of(newer) > version_of(older)
    assert board_version_of(newer) > board_version_of(older)


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (seen(), seen(replace(FULL, asked=1))),
        (seen(SOLD), seen(SOLD, recorded=1)),
        (seen(SOLD, recorded=1), seen(SOLD, recorded=1, dead_lettered=1)),
        (seen(SOLD, recorded=1, dead_lettered=1), seen(SOLD, recorded=2)),
        (seen(replace(FULL, quantity=None)), seen(replace(FULL, quantity=None, accepted=1))),
    ],
)
def test_what_only_the_board_shows_is_pushed_to_it_alone(older: Seen, newer: Seen) -> None:
    assert version_of(newer) == version_of(older)
    assert board_version_of(newer) > board_version_of(older)


def test_that_nobody_can_ask_is_pushed_to_the_board_alone_and_so_is_its_end() -> None:
    states = [
        seen(SOLD),
        seen(None, gate_generation=2, gate_lost_at=NOW),
        seen(None, recorded=1, gate_generation=2, gate_lost_at=NOW),
        seen(replace(FULL, generation=2), gate_generation=2),
        seen(None, gate_generation=3, gate_lost_at=NOW),
        seen(replace(FULL, generation=3), gate_generation=3),
    ]
    versions = [board_version_of(each) for each in states]
    assert versions == sorted(set(versions))
    assert version_of(states[1]) < version_of(states[0])


def test_while_the_gate_is_lost_it_was_asked_at_least_as_often_as_it_gave() -> None:
    stock = seen(None, recorded=3, dead_lettered=1, gate_lost_at=NOW).stock
    assert (stock.asked, stock.accepted, stock.unavailable_since) == (4, 4, NOW)
    assert seen(replace(FULL, asked=9)).stock.unavailable_since is None
    assert seen(None, gate_lost_at=NOW, settled_at=NOW).stock.unavailable_since is None


@pytest.mark.parametrize(
    ("state", "seconds"),
    [
        (seen(**AHEAD), 3600),
        (seen(), 3600),
        (seen(opens_at=NOW, closes_at=NOW + A_MOMENT), 0.000001),
        (seen(None, **AHEAD), 3600),
        (seen(closes_at=NOW), None),
        (seen(SOLD), None),
        (seen(closed_at=NOW), None),
    ],
)
def test_the_next_change_by_the_clock_is_known(state: Seen, seconds: float | None) -> None:
    assert seconds_to_next(state) == seconds


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"name": "  "}, "name", "EMPTY"),
        ({"name": "x" * 201}, "name", "TOO_LONG"),
        ({"description": "x" * 5001}, "description", "TOO_LONG"),
        ({"description": "\0"}, "description", "NOT_TEXT"),
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
    ahead = stock_of(event, replace(FULL, accepted=7), 4, 1, NOW)
    assert (ahead.accepted, ahead.recorded, ahead.in_flight, ahead.remaining) == (7, 4, 2, 3)
    behind = stock_of(event, replace(FULL, accepted=3), 4, 1, NOW)
    assert (behind.accepted, behind.in_flight, behind.remaining) == (4, 0, 6)
    assert stock_of(an_event(quantity=None), FULL, 0, 0, NOW).remaining is None


def test_without_a_gate_what_is_dead_was_accepted_too_unless_more_were_than_there_are() -> None:
    away = stock_of(an_event(), None, 4, 1, NOW)
    assert (away.accepted, away.in_flight, away.remaining, away.unavailable_since) == (5, 0, 5, NOW)
    assert stock_of(an_event(), None, 10, 1, NOW).remaining == 0
    assert stock_of(an_event(quantity=None), None, 4, 1, NOW).accepted == 5
    settled = stock_of(an_event(settled_at=NOW), None, 4, 1, NOW)
    assert (settled.accepted, settled.remaining, settled.unavailable_since) == (4, 6, None)


def test_who_wants_a_slot_that_another_has_makes_no_more_of_them() -> None:
    full = stock_of(an_event(), replace(FULL, accepted=10), 10, 1, NOW)
    assert (full.accepted, full.in_flight, full.remaining) == (10, 0, 0)
