"""Scalars read and write as the specifications they name say."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from graphql import GraphQLError, parse_value
from hypothesis import given
from hypothesis import strategies as st

from chassis.answers import encoded
from chassis.scalars import SCALARS, parse_decimal, plain_number


def read(kind: type, value: Any) -> Any:
    return SCALARS[kind].parse_value(value)


def literal(kind: type, text: str) -> Any:
    return SCALARS[kind].parse_literal(parse_value(text))


def written(kind: type, value: Any) -> Any:
    return SCALARS[kind].serialize(value)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2011-08-30T13:22:53.108Z", datetime(2011, 8, 30, 13, 22, 53, 108_000, UTC)),
        ("2011-08-30t13:22:53.108z", datetime(2011, 8, 30, 13, 22, 53, 108_000, UTC)),
        ("2011-08-30T13:22:53.108-03:00", datetime(2011, 8, 30, 16, 22, 53, 108_000, UTC)),
        ("2011-08-30T13:22:53+03:30", datetime(2011, 8, 30, 9, 52, 53, 0, UTC)),
        ("0001-01-02T00:00:00Z", datetime(1, 1, 2, tzinfo=UTC)),
        ("9999-12-30T23:59:59Z", datetime(9999, 12, 30, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_an_instant_is_read_with_its_offset(text: str, instant: datetime) -> None:
    assert read(datetime, text) == instant
    assert read(datetime, text).tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "2011-08-30T13:22:53.108",
        "2011-08-30",
        "2011-08-30T13:22:53.108-03",
        "2011-08-30T13:22:53.108-00:00",
        "2011-08-30T13:22:53.108+03:30:15",
        "2011-08-30T24:22:53.108Z",
        "2010-02-30T21:22:53.108Z",
        "0001-01-01T00:00:00.000+01:00",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999Z",
        "٢٠١١-08-30T13:22:53.108Z",
        "",
        5,
        None,
        True,
    ],
)
def test_what_is_no_instant_is_refused(text: Any) -> None:
    with pytest.raises(GraphQLError, match="DateTime cannot represent"):
        read(datetime, text)


def test_an_instant_is_written_in_utc_with_milliseconds() -> None:
    seoul = timezone(timedelta(hours=9))
    assert written(datetime, datetime(2026, 5, 1, 9, 30, 0, 123_456, seoul)) == "2026-05-01T00:30:00.123Z"
    assert written(datetime, datetime(2026, 5, 1, tzinfo=UTC)) == "2026-05-01T00:00:00.000Z"


def test_a_naive_instant_is_never_written() -> None:
    with pytest.raises(GraphQLError):
        written(datetime, datetime(2026, 5, 1))  # noqa: DTZ001


def test_dates_and_times_go_there_and_back() -> None:
    assert read(date, "2026-05-01") == date(2026, 5, 1)
    assert written(date, date(2026, 5, 1)) == "2026-05-01"
    assert read(time, "15:00:00") == time(15)
    assert read(time, "23:59:59.123456789") == time(23, 59, 59, 123_456)
    assert written(time, time(15)) == "15:00:00"
    assert literal(date, '"2026-05-01"') == date(2026, 5, 1)
    assert literal(time, '"15:00:00"') == time(15)


@pytest.mark.parametrize("text", ["20260501", "2026-W18-5", "2026-5-1", "2026-02-30", "2026-05-01T00:00:00Z", 20260501])
def test_what_is_no_date_is_refused(text: Any) -> None:
    with pytest.raises(GraphQLError, match="Date cannot represent"):
        read(date, text)


@pytest.mark.parametrize("text", ["24:00:00", "15:00", "23:59:61", "15:20:15-07:00", "23:59:59.1234567890", 15])
def test_what_is_no_time_is_refused(text: Any) -> None:
    with pytest.raises(GraphQLError, match="LocalTime cannot represent"):
        read(time, text)


@pytest.mark.parametrize("text", ["5", "true", "[]", "{a: 1}", "1.5", "null"])
def test_only_a_string_literal_is_a_date(text: str) -> None:
    with pytest.raises(GraphQLError, match="Date cannot represent"):
        literal(date, text)


@pytest.mark.parametrize(
    ("value", "number"),
    [(5, "5"), (99.99, "99.99"), ("99.99", "99.99"), (-0.5, "-0.5"), (1e3, "1000"), ("1e-3", "0.001"), (0, "0")],
)
def test_a_decimal_is_read_from_numbers_and_strings(value: Any, number: str) -> None:
    assert parse_decimal(value) == Decimal(number)


@pytest.mark.parametrize("text", ["99.990000000000000000000001", "1234567890.123456789", "0.1", "-7", "2.50E1"])
def test_a_literal_keeps_every_digit(text: str) -> None:
    assert str(literal(Decimal, text)) == str(Decimal(text))
    assert literal(Decimal, f'"{text}"') == Decimal(text)


@pytest.mark.parametrize(
    "value",
    [
        "NaN",
        "Infinity",
        "-Infinity",
        "sNaN",
        "1e999999999",
        "1e29",
        "1e-29",
        "1" * 29,
        "1.2345678901234567890123456789",
        "",
        " 1",
        "1_000",
        "+1",
        "١",
        "0x1",
        float("nan"),
        float("inf"),
        True,
        None,
        [],
        {},
        10**40,
    ],
)
def test_what_is_no_decimal_is_refused(value: Any) -> None:
    with pytest.raises(GraphQLError, match="Decimal cannot represent"):
        parse_decimal(value)


def test_a_float_that_may_have_lost_digits_is_refused() -> None:
    with pytest.raises(GraphQLError, match="must be sent as a string"):
        parse_decimal(1234567890.1234567)
    assert parse_decimal("1234567890.1234567") == Decimal("1234567890.1234567")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("45000", "45000"),
        ("45000.00", "45000"),
        ("4.5E+4", "45000"),
        ("0.10", "0.1"),
        ("-0.5", "-0.5"),
        ("0.00", "0"),
        ("1E-7", "0.0000001"),
        ("123456789012345678901234567.8", "123456789012345678901234567.8"),
        ("-0", "0"),
    ],
)
def test_a_decimal_is_written_as_a_plain_number(value: str, text: str) -> None:
    assert plain_number(Decimal(value)) == text
    assert encoded({"amount": written(Decimal, Decimal(value))}) == f'{{"amount":{text}}}'.encode()


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=6))
def test_a_decimal_survives_the_wire(value: Decimal) -> None:
    assert parse_decimal(plain_number(value)) == value


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), 1.5, "5"])
def test_only_a_finite_decimal_is_written(value: Any) -> None:
    with pytest.raises(GraphQLError):
        written(Decimal, value)
