"""The scalars every subgraph shares, as the specifications they name demand: Date, DateTime, LocalTime, Decimal."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, DecimalException
from typing import Any, TypeVar

import strawberry
from graphql import FloatValueNode, GraphQLError, IntValueNode, StringValueNode, ValueNode

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DATE_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,6})?([Zz]|\+\d{2}:\d{2}|-(?!00:00)\d{2}:\d{2})", re.ASCII
)
_LOCAL_TIME = re.compile(r"(\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?", re.ASCII)
_DECIMAL = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d{1,3})?", re.ASCII)

# What the specification of Decimal is based on holds 28 digits; a double holds 15 that are sure to be exact.
_DIGITS = 28
_DIGITS_OF_A_FLOAT = 15

# The driver takes Python's first and last instants for infinity; those a day off are instants in every zone.
_FIRST = datetime.min.replace(tzinfo=UTC) + timedelta(days=1)
_LAST = datetime.max.replace(tzinfo=UTC) - timedelta(days=1)

_T = TypeVar("_T")


def plain_number(value: Decimal) -> str:
    """The digits without exponent and without zeros that say nothing: 45000, 0.5."""
    whole = value.to_integral_value()
    if value == whole:
        return format(whole, "f") if whole else "0"
    return format(value, "f").rstrip("0")


def _instant(text: str) -> datetime:
    if not _DATE_TIME.fullmatch(text):
        raise ValueError(text)
    instant = datetime.fromisoformat(text.upper()).astimezone(UTC)
    if not _FIRST <= instant <= _LAST:
        raise ValueError(text)
    return instant


def _date(text: str) -> date:
    if not _DATE.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text)


def _local_time(text: str) -> time:
    matched = _LOCAL_TIME.fullmatch(text)
    if not matched:
        raise ValueError(text)
    # Python counts microseconds: what is finer is cut.
    return time.fromisoformat(f"{matched[1]}.{(matched[2] or '0')[:6].ljust(6, '0')}")


def _decimal(text: str) -> Decimal:
    if len(text) > 2 * _DIGITS or not _DECIMAL.fullmatch(text):
        raise ValueError(text)
    value = Decimal(text)
    if value and not -_DIGITS <= value.adjusted() < _DIGITS:
        raise ValueError(text)
    if len(value.as_tuple().digits) > _DIGITS:
        raise ValueError(text)
    return value


def _refused(name: str, value: object, wanted: str) -> GraphQLError:
    shown = str(value) if len(str(value)) <= 2 * _DIGITS else f"{str(value)[: 2 * _DIGITS]}…"
    return GraphQLError(f"{name} cannot represent {shown!r}: {wanted}.")


def _text_reader(name: str, wanted: str, read: Callable[[str], _T]) -> Callable[[Any], _T]:
    def parse_value(value: Any) -> _T:
        if not isinstance(value, str):
            raise _refused(name, value, wanted)
        try:
            return read(value)
        except (ValueError, OverflowError):
            raise _refused(name, value, wanted) from None

    return parse_value


def _literal_reader(
    name: str, wanted: str, kinds: tuple[type[ValueNode], ...], read: Callable[[str], _T]
) -> Callable[..., _T]:
    """From the query's own text, where every digit is as it was written."""

    def parse_literal(node: ValueNode, _variables: dict[str, Any] | None = None) -> _T:
        try:
            if not isinstance(node, kinds):
                raise _refused(name, getattr(node, "value", node.kind), wanted)
            return read(node.value)  # type: ignore[attr-defined]
        except GraphQLError as error:
            raise GraphQLError(error.message, node) from None

    return parse_literal


_DECIMAL_WANTED = f"wanted is a number of at most {_DIGITS} digits"
_FLOAT_WANTED = f"a number of more than {_DIGITS_OF_A_FLOAT} digits must be sent as a string to be exact"


def _exact_decimal(text: str) -> Decimal:
    try:
        return _decimal(text)
    except (ValueError, DecimalException):
        raise _refused("Decimal", text, _DECIMAL_WANTED) from None


def parse_decimal(value: Any) -> Decimal:
    """From JSON: an integer, a string, or a float that can only have meant one number."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise _refused("Decimal", value, _DECIMAL_WANTED)
    parsed = _exact_decimal(repr(value) if isinstance(value, float) else str(value))
    if isinstance(value, float) and len(parsed.normalize().as_tuple().digits) > _DIGITS_OF_A_FLOAT:
        raise _refused("Decimal", value, _FLOAT_WANTED)
    return parsed


def _serialized_decimal(value: Any) -> Decimal:
    """A decimal stays one until the answer is written, as a JSON number with exactly its digits."""
    if not isinstance(value, (Decimal, int)) or not Decimal(value).is_finite():
        raise _refused("Decimal", value, "wanted is a finite decimal")
    return Decimal(value)


def _serialized_instant(value: datetime) -> str:
    if value.tzinfo is None:
        raise _refused("DateTime", value, "wanted is an aware instant")
    return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def _scalar(name: str, url: str, wanted: str, read: Callable[[str], Any], serialize: Callable[[Any], str]) -> Any:
    parse_value = _text_reader(name, wanted, read)
    return strawberry.scalar(
        name=name,
        specified_by_url=url,
        serialize=serialize,
        parse_value=parse_value,
        parse_literal=_literal_reader(name, wanted, (StringValueNode,), parse_value),
    )


SCALARS: dict[object, Any] = {
    date: _scalar(
        "Date",
        "https://scalars.graphql.org/andimarek/local-date.html",
        "wanted is a date such as 2026-05-01",
        _date,
        date.isoformat,
    ),
    datetime: _scalar(
        "DateTime",
        "https://scalars.graphql.org/andimarek/date-time.html",
        "wanted is an instant with its offset such as 2026-05-01T09:30:00.000Z",
        _instant,
        _serialized_instant,
    ),
    time: _scalar(
        "LocalTime",
        "https://scalars.graphql.org/apollographql/localtime-v0.1.html",
        "wanted is a time of day such as 15:00:00",
        _local_time,
        time.isoformat,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        specified_by_url="https://scalars.graphql.org/chillicream/decimal.html",
        serialize=_serialized_decimal,
        parse_value=parse_decimal,
        parse_literal=_literal_reader(
            "Decimal", _DECIMAL_WANTED, (IntValueNode, FloatValueNode, StringValueNode), _exact_decimal
        ),
    ),
}
"""For StrawberryConfig.scalar_map: plain Python annotations become the scalars of the graph."""
