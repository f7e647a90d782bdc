"""How answers become bytes: JSON with every digit of a decimal."""

from decimal import Decimal
from typing import Any

import orjson

from chassis.scalars import plain_number


def encoded(answer: Any) -> bytes:
    return orjson.dumps(answer, default=_fragment)


def _fragment(value: Any) -> orjson.Fragment:
    if isinstance(value, Decimal):
        return orjson.Fragment(plain_number(value))
    raise TypeError(f"{type(value).__qualname__} is not an answer's")
