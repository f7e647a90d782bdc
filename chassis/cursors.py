"""How cursors are made: the order they belong to and the values of the row they stand on, opaque to clients."""

import binascii
import hashlib
import json
import math
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Integer, SmallInteger, and_, false, literal, or_, tuple_
from sqlalchemy.sql import ColumnElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from chassis.errors import FieldError, InvalidInput

_LONGEST_CURSOR = 2_000


@dataclass(frozen=True)
class Order:
    """A column of an order, or an expression with a type. Nulls of a nullable one come last in both directions."""

    column: Any
    descending: bool = False
    nullable: bool = False

    def __post_init__(self) -> None:
        if self.kind not in _READERS and not issubclass(self.kind, Enum):
            raise TypeError(f"{self.column} is of no type that a cursor can hold; an expression needs a type_")

    @property
    def stored(self) -> TypeEngine[Any]:
        """The type in the database, also under a decorated one."""
        type_: TypeEngine[Any] = self.column.type
        return type_.impl_instance if isinstance(type_, TypeDecorator) else type_

    @property
    def kind(self) -> type[Any]:
        """The Python type of its values."""
        decorated: type[Any] = self.column.type.python_type
        return self.stored.python_type if decorated is object else decorated

    @property
    def clause(self) -> ColumnElement[Any]:
        clause: ColumnElement[Any] = self.column.desc() if self.descending else self.column.asc()
        return clause.nulls_last() if self.nullable else clause

    def beyond(self, value: Any) -> ColumnElement[bool]:
        """What comes after the value in this column alone."""
        if value is None:
            return false()
        further: ColumnElement[bool] = self.column < value if self.descending else self.column > value
        return or_(further, self.column.is_(None)) if self.nullable else further

    def at(self, value: Any) -> ColumnElement[bool]:
        same: ColumnElement[bool] = self.column.is_(None) if value is None else self.column == value
        return same


def after_cursor(order: Sequence[Order], values: Sequence[Any]) -> ColumnElement[bool]:
    """The condition of the rows that come after those values."""
    if len({each.descending for each in order}) == 1 and not any(each.nullable for each in order):
        # A row comparison is what an index on these columns can answer.
        row = tuple_(*(each.column for each in order))
        bound = tuple_(*(literal(value, each.column.type) for each, value in zip(order, values, strict=True)))
        return row < bound if order[0].descending else row > bound
    steps = []
    for depth, each in enumerate(order):
        ties = [order[at].at(values[at]) for at in range(depth)]
        steps.append(and_(*ties, each.beyond(values[depth])))
    return or_(*steps)


def cursors_for(order: Sequence[Order], rows: Iterable[Sequence[Any]]) -> list[str]:
    """A cursor for each row, of which the values of the order's columns are given."""
    fingerprint = _fingerprint(order)
    return [_packed([fingerprint, *map(_written, row)]) for row in rows]


def decode_cursor(order: Sequence[Order], cursor: str) -> list[Any]:
    """The values a cursor stands for. Raises InvalidInput for garbage and for a cursor of another order."""
    try:
        fingerprint, *written = _payload(cursor)
        if fingerprint != _fingerprint(order):
            raise _refusal("This cursor belongs to another order.", "FOREIGN_CURSOR")
        return [_read(each, text) for each, text in zip(order, written, strict=True)]
    except (ValueError, TypeError, LookupError, InvalidOperation, OverflowError, RecursionError) as error:
        raise _refusal("This is not a cursor.", "NOT_A_CURSOR") from error


def _refusal(message: str, code: str) -> InvalidInput:
    return InvalidInput(message, [FieldError("after", code)])


def _packed(payload: list[Any]) -> str:
    return urlsafe_b64encode(json.dumps(payload, separators=(",", ":")).encode()).rstrip(b"=").decode()


def _payload(cursor: str) -> list[Any]:
    if not cursor.isascii() or len(cursor) > _LONGEST_CURSOR:
        raise ValueError("too long or not ASCII")
    try:
        payload = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if not isinstance(payload, list) or not payload:
        raise ValueError("not a list")
    return payload


def _fingerprint(order: Sequence[Order]) -> str:
    said = "|".join(f"{each.column}{' desc' if each.descending else ''}" for each in order)
    return hashlib.blake2s(said.encode(), digest_size=4).hexdigest()


def _written(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, (UUID, Decimal)):
        return str(value)
    return value


def _read(order: Order, written: Any) -> Any:
    if written is None:
        if not order.nullable:
            raise ValueError("null where none can be")
        return None
    if issubclass(order.kind, Enum):
        return order.kind[written]
    return _READERS[order.kind](order, written)


def _integer(order: Order, written: Any) -> int:
    if type(written) is not int or abs(written) >= 1 << (_bits(order.stored) - 1):
        raise ValueError("not a number of this column")
    return written


def _bits(type_: Any) -> int:
    if isinstance(type_, BigInteger):
        return 64
    if isinstance(type_, SmallInteger):
        return 16
    return 32 if isinstance(type_, Integer) else 64


def _float(_order: Order, written: Any) -> float:
    if type(written) not in (int, float) or not math.isfinite(written):
        raise ValueError("not a finite number")
    return float(written)


def _decimal(_order: Order, written: Any) -> Decimal:
    value = Decimal(str(written))
    if not value.is_finite() or abs(value.adjusted()) > 1_000:
        raise ValueError("not a finite number")
    return value


def _text(_order: Order, written: Any) -> str:
    if not isinstance(written, str) or "\0" in written:
        raise ValueError("not a text of this column")
    written.encode()  # which half a surrogate pair, as JSON can carry one, does not pass
    return written


def _instant(_order: Order, written: Any) -> datetime:
    value = datetime.fromisoformat(written)
    if value.tzinfo is None:
        raise ValueError("an instant without offset")
    return value.astimezone(UTC)


def _boolean(_order: Order, written: Any) -> bool:
    if not isinstance(written, bool):
        raise TypeError("not a boolean")
    return written


_READERS: dict[type, Callable[[Order, Any], Any]] = {
    int: _integer,
    float: _float,
    Decimal: _decimal,
    str: _text,
    bool: _boolean,
    UUID: lambda order, written: UUID(_text(order, written)),
    datetime: _instant,
    date: lambda _order, written: date.fromisoformat(written),
    time: lambda _order, written: time.fromisoformat(written),
}
