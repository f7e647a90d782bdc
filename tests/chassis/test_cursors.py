"""A cursor is opaque, belongs to its order, and whatever else comes in its place is refused."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Boolean, Column, DateTime, Integer, Numeric, SmallInteger, String, Uuid, func
from sqlalchemy import Enum as Enumerated
from sqlalchemy.dialects import postgresql
from sqlmodel.sql.sqltypes import AutoString

from chassis.cursors import Order, after_cursor, cursors_for, decode_cursor
from chassis.errors import InvalidInput


class Colour(Enum):
    RED = "red"


AT, ID = Column("at", DateTime(timezone=True)), Column("id", Uuid)
ORDER = [Order(AT, descending=True), Order(ID, descending=True)]
VALUES = (datetime(2026, 5, 1, 12, 30, 0, 123_456, UTC), UUID(int=7))


def cursor_for(order: list[Order], values: Any) -> str:
    (cursor,) = cursors_for(order, [values])
    return cursor


def packed(payload: Any) -> str:
    return urlsafe_b64encode(json.dumps(payload).encode()).rstrip(b"=").decode()


def unpacked(cursor: str) -> Any:
    return json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))


def refusal(order: list[Order], cursor: str) -> list[dict[str, str]]:
    with pytest.raises(InvalidInput) as refused:
        decode_cursor(order, cursor)
    fields: list[dict[str, str]] = refused.value.extensions["fields"]
    return fields


def test_a_cursor_gives_back_what_it_was_made_of() -> None:
    assert decode_cursor(ORDER, cursor_for(ORDER, VALUES)) == list(VALUES)


def test_a_cursor_of_another_order_is_refused() -> None:
    cursor = cursor_for(ORDER, VALUES)
    for other in (
        [Order(AT), Order(ID)],
        [Order(AT, descending=True), Order(ID)],
        [Order(ID, descending=True), Order(AT, descending=True)],
        [Order(ID, descending=True)],
        [*ORDER, Order(ID)],
        [Order(Column("created_at", DateTime(timezone=True)), descending=True), Order(ID, descending=True)],
    ):
        assert refusal(other, cursor) == [{"field": "after", "code": "FOREIGN_CURSOR"}]


GARBAGE = ["", "x", "nonsense", "====", "é", "🙂", "AAAA", "W10", "A" * 3_000]
GARBAGE += [packed(payload) for payload in ({}, [], None, 5, "x")]
GARBAGE += [urlsafe_b64encode(raw).decode() for raw in (b"[" * 500, b"\xff\xfe")]


@pytest.mark.parametrize("cursor", GARBAGE)
def test_garbage_is_refused(cursor: str) -> None:
    assert refusal(ORDER, cursor)[0]["field"] == "after"


@given(st.text(max_size=200))
def test_no_text_at_all_gets_through(cursor: str) -> None:
    with pytest.raises(InvalidInput):
        decode_cursor(ORDER, cursor)


FORGED: list[tuple[Any, list[Any]]] = [
    (Integer(), [2**31, -(2**31) - 1, 1.5, "1", True, None, [], {}]),
    (SmallInteger(), [2**15]),
    (BigInteger(), [2**63, 10**30]),
    (Numeric(), ["NaN", "Infinity", "x", [], None, {}, "1e5000"]),
    (String(), [5, None, [], "nul \0 byte", "half a pair \ud800"]),
    (Boolean(), [0, 1, "true", None]),
    (Uuid(), ["x", 5, None, []]),
    (DateTime(timezone=True), ["2026-05-01", "2026-05-01T00:00:00", "x", 5, None]),
    # Instants that have no date in UTC.
    (DateTime(timezone=True), ["0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"]),
]


@pytest.mark.parametrize(("type_", "value"), [(type_, value) for type_, values in FORGED for value in values])
def test_a_forged_value_never_reaches_the_database(type_: Any, value: Any) -> None:
    order = [Order(Column("x", type_))]
    (fingerprint, *_rest) = unpacked(cursor_for(order, ["x"]))
    assert refusal(order, packed([fingerprint, value])) == [{"field": "after", "code": "NOT_A_CURSOR"}]


def test_too_few_and_too_many_values_are_refused() -> None:
    fingerprint, at, number = unpacked(cursor_for(ORDER, VALUES))
    for values in ([], [at], [at, number, number]):
        assert refusal(ORDER, packed([fingerprint, *values])) == [{"field": "after", "code": "NOT_A_CURSOR"}]


def test_a_decimal_keeps_its_digits() -> None:
    order = [Order(Column("x", Numeric()))]
    value = Decimal("12345678901234567890.12345")
    assert decode_cursor(order, cursor_for(order, [value])) == [value]


def test_a_member_of_an_enumeration_that_does_not_exist_is_refused() -> None:
    order = [Order(Column("x", Enumerated(Colour)))]
    fingerprint, _ = unpacked(cursor_for(order, [Colour.RED]))
    assert decode_cursor(order, packed([fingerprint, "RED"])) == [Colour.RED]
    for value in ("GREEN", "red", 5, [], {}):
        assert refusal(order, packed([fingerprint, value])) == [{"field": "after", "code": "NOT_A_CURSOR"}]


def test_a_column_of_a_decorated_type_is_as_what_it_is_stored_as() -> None:
    order = [Order(Column("x", AutoString()))]
    assert decode_cursor(order, cursor_for(order, ["thing 'quoted' 이름"])) == ["thing 'quoted' 이름"]


def test_an_order_by_what_has_no_type_is_a_mistake_found_at_once() -> None:
    with pytest.raises(TypeError, match="needs a type_"):
        Order(func.abs(Column("x", Integer)))


def test_columns_in_one_direction_are_compared_as_a_row_so_that_an_index_serves() -> None:
    condition = after_cursor(ORDER, VALUES).compile(dialect=postgresql.dialect())
    assert str(condition).startswith("(at, id) < (")
