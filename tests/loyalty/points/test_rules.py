"""What a stay earns, how long points are good, which are taken first, and what administrators may ask."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import InvalidInput
from chassis.ids import uuid7
from subgraphs.loyalty.idempotency import IdempotencyMismatch
from subgraphs.loyalty.points.rules import (
    MOST_IN_ACCOUNT,
    Change,
    NotEnoughPoints,
    ensure_change,
    ensure_enough,
    ensure_expiry,
    ensure_room,
    ensure_same,
    expiry_of,
    fingerprint_of,
    points_for,
    portions,
)
from subgraphs.loyalty.points.tables import EntryKind, PointAccount, PointEntry

SEOUL, NEW_YORK = ZoneInfo("Asia/Seoul"), ZoneInfo("America/New_York")
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
GRANT = Change(EntryKind.GRANT, uuid7(), 500, "For the trouble")


@pytest.mark.parametrize(
    ("money", "percent", "points"),
    [
        ("0", "1", 0),
        ("99", "1", 0),
        ("100", "1", 1),
        ("199.99", "1", 1),
        ("123456", "1", 1234),
        ("123456", "0", 0),
        ("123456", "2.5", 3086),
        ("123456", "0.1", 123),
        ("1000", "100", 1000),
        # More went back than is known to have come: nothing is earned, and nothing is owed for it.
        ("-5000", "1", 0),
    ],
)
def test_a_stay_earns_its_share_rounded_down_to_whole_points(money: str, percent: str, points: int) -> None:
    assert points_for(Decimal(money), Decimal(percent)) == points


@pytest.mark.parametrize(
    ("earned", "zone", "expires"),
    [
        ("2026-03-15T12:00:00+09:00", SEOUL, "2026-09-16T00:00:00+09:00"),
        # It is the 16th in Seoul already, and still the 14th in New York.
        ("2026-03-15T15:00:00+00:00", SEOUL, "2026-09-17T00:00:00+09:00"),
        ("2026-03-15T03:59:59+00:00", NEW_YORK, "2026-09-15T00:00:00-04:00"),
        ("2026-03-15T00:00:00+09:00", SEOUL, "2026-09-16T00:00:00+09:00"),
        ("2026-03-15T23:59:59+09:00", SEOUL, "2026-09-16T00:00:00+09:00"),
        # Months that are shorter, and years that end in between.
        ("2026-08-31T12:00:00+09:00", SEOUL, "2027-03-01T00:00:00+09:00"),
        ("2027-08-31T12:00:00+09:00", SEOUL, "2028-03-01T00:00:00+09:00"),
        ("2026-12-31T12:00:00+09:00", SEOUL, "2027-07-01T00:00:00+09:00"),
        ("2026-06-30T12:00:00+09:00", SEOUL, "2026-12-31T00:00:00+09:00"),
    ],
)
def test_points_expire_six_months_later_at_the_end_of_the_day(earned: str, zone: ZoneInfo, expires: str) -> None:
    assert expiry_of(datetime.fromisoformat(earned), zone) == datetime.fromisoformat(expires)


@pytest.mark.parametrize(
    ("available", "points", "taken"),
    [
        ([5, 5, 5], 0, [0, 0, 0]),
        ([5, 5, 5], 5, [5, 0, 0]),
        ([5, 5, 5], 7, [5, 2, 0]),
        ([5, 5, 5], 15, [5, 5, 5]),
        ([], 0, []),
    ],
)
def test_the_first_are_taken_whole_before_the_next_are_touched(
    available: list[int], points: int, taken: list[int]
) -> None:
    assert portions(available, points) == taken


@given(available=st.lists(st.integers(0, 100)), points=st.integers(0, 1000))
def test_no_more_is_taken_than_there_is_and_no_other_than_was_asked(available: list[int], points: int) -> None:
    if points > sum(available):
        with pytest.raises(ValueError, match="points too few"):
            portions(available, points)
    else:
        taken = portions(available, points)
        assert sum(taken) == points
        assert all(0 <= part <= most for part, most in zip(taken, available, strict=True))


@pytest.mark.parametrize(("balance", "points"), [(0, 1), (99, 100)])
def test_held_points_are_not_to_be_had(balance: int, points: int) -> None:
    account = PointAccount(user_id=uuid7(), balance=balance, held=1000, created_at=NOW)
    with pytest.raises(NotEnoughPoints):
        ensure_enough(account, points)
    ensure_enough(account, balance)


def test_an_account_holds_no_more_than_a_client_can_read() -> None:
    account = PointAccount(user_id=uuid7(), balance=MOST_IN_ACCOUNT - 10, held=5, created_at=NOW)
    ensure_room(account, 5)
    with pytest.raises(InvalidInput):
        ensure_room(account, 6)


@pytest.mark.parametrize(
    ("changes", "key", "wrong"),
    [
        ({}, "key", []),
        ({"points": 1, "description": "x" * 500}, "k" * 255, []),
        ({"points": 10_000_000}, "key", []),
        ({"points": 0}, "key", [("points", "OUT_OF_RANGE")]),
        ({"points": -1}, "key", [("points", "OUT_OF_RANGE")]),
        ({"points": 10_000_001}, "key", [("points", "OUT_OF_RANGE")]),
        ({"description": " "}, "key", [("description", "EMPTY")]),
        ({"description": "x" * 501}, "key", [("description", "TOO_LONG")]),
        ({"description": "x\0"}, "key", [("description", "NOT_TEXT")]),
        ({"description": "x\ud800"}, "key", [("description", "NOT_TEXT")]),
        ({}, "", [("idempotencyKey", "EMPTY")]),
        ({}, "k" * 256, [("idempotencyKey", "TOO_LONG")]),
        ({"points": 0, "description": ""}, "", [(field, "") for field in ("idempotencyKey", "points", "description")]),
    ],
)
def test_what_administrators_ask_is_refused_with_every_field_that_is_wrong(
    changes: dict[str, Any], key: str, wrong: list[tuple[str, str]]
) -> None:
    found = []
    try:
        ensure_change(replace(GRANT, **changes), key)
    except InvalidInput as refusal:
        found = [(each.field, each.code) for each in refusal.fields]
    assert [field for field, _ in found] == [field for field, _ in wrong]
    assert all(code in {"", told} for (_, told), (_, code) in zip(found, wrong, strict=True))


@pytest.mark.parametrize(
    ("expires_at", "code"),
    [
        (NOW, "IN_THE_PAST"),
        (NOW + timedelta(days=3660, microseconds=1), "TOO_FAR_AHEAD"),
        (NOW + timedelta(microseconds=1), None),
        (NOW + timedelta(days=3660), None),
        (None, None),
    ],
)
def test_granted_points_are_good_for_ten_years_at_most(expires_at: datetime | None, code: str | None) -> None:
    found = None
    try:
        ensure_expiry(replace(GRANT, expires_at=expires_at), NOW)
    except InvalidInput as refusal:
        [(_, found)] = [(each.field, each.code) for each in refusal.fields]
    assert found == code


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": EntryKind.REVOKE},
        {"user_id": uuid7()},
        {"points": 501},
        {"description": "For the troubles"},
        {"expires_at": NOW},
    ],
)
def test_a_key_stands_for_all_that_was_asked_with_it(changes: dict[str, Any]) -> None:
    entry = PointEntry(fingerprint=fingerprint_of(GRANT))
    ensure_same(entry, replace(GRANT))
    with pytest.raises(IdempotencyMismatch):
        ensure_same(entry, replace(GRANT, **changes))


def test_an_instant_is_the_same_in_every_time_zone() -> None:
    here, there = replace(GRANT, expires_at=NOW), replace(GRANT, expires_at=NOW.astimezone(SEOUL))
    assert fingerprint_of(here) == fingerprint_of(there)
