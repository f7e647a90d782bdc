"""Examples of everything that is said: each event with all it may say, and with as little as it may."""

import importlib
import types
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from itertools import count, product
from pathlib import Path
from typing import Any, Union, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel

from chassis.consumer import Consumer
from chassis.events import Event
from chassis.ids import uuid7
from chassis.roles import Role
from subgraphs.accommodation.calendar.rules import StayRefusalCode
from subgraphs.booking.bookings.tables import BookingStatus
from subgraphs.loyalty.coupons.rules import NotUsable
from subgraphs.loyalty.points.rules import NotEnoughPoints

SUBGRAPHS = Path(__file__).resolve().parents[2] / "subgraphs"
ENVELOPE = {"id", "occurred_at"}

# Where a text stands for one of some words: those its speaker knows.
WORDS: dict[tuple[str, str], list[str]] = {
    ("accommodation.nights.refused", "reason"): [code.value for code in StayRefusalCode],
    ("accommodation.nights.lost", "reason"): [code.value for code in StayRefusalCode],
    ("loyalty.benefits.refused", "reason"): [NotUsable.code, NotEnoughPoints.code],
    ("account.user.registered", "role"): [role.value for role in Role],
} | {(f"booking.booking.{status.lower().replace('_', '-')}", "status"): [status.value] for status in BookingStatus}


def speakers() -> dict[str, list[type[Event]]]:
    """What each subgraph says, by its name."""
    return {
        folder.name: _said_in(folder.name) for folder in sorted(SUBGRAPHS.iterdir()) if (folder / "events.py").exists()
    }


def listeners() -> dict[str, Consumer]:
    """The routing table of each subgraph that listens, by its name."""
    return {
        folder.name: importlib.import_module(f"subgraphs.{folder.name}.consumers").consumer
        for folder in sorted(SUBGRAPHS.iterdir())
        if (folder / "consumers.py").exists()
    }


def examples_of(event: type[Event]) -> Iterator[Event]:
    """Every combination of the words it uses, once with all that may be missing and once without."""
    days = count()
    for sparse in (False, True):
        choices = {
            name: WORDS.get((event.name, name)) or [_example(field.annotation, sparse=sparse, days=days)]
            for name, field in event.model_fields.items()
            if name not in ENVELOPE
        }
        for values in product(*choices.values()):
            yield event(**dict(zip(choices, values, strict=True)))


def _said_in(subgraph: str) -> list[type[Event]]:
    module = importlib.import_module(f"subgraphs.{subgraph}.events")
    declared = [each for each in vars(module).values() if isinstance(each, type) and issubclass(each, Event)]
    return [each for each in declared if "name" in vars(each) and each.__module__ == module.__name__]


def _example(kind: Any, *, sparse: bool, days: Iterator[int]) -> Any:
    """A value of that type. Days and instants grow from field to field, so that what comes later is later."""
    if get_origin(kind) in {Union, types.UnionType}:
        options = [each for each in get_args(kind) if each is not type(None)]
        return None if sparse else _example(options[0], sparse=sparse, days=days)
    if get_origin(kind) in {list, tuple}:
        return [_example(get_args(kind)[0], sparse=sparse, days=days) for _ in range(1 if sparse else 2)]
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind(
            **{name: _example(field.annotation, sparse=sparse, days=days) for name, field in kind.model_fields.items()}
        )
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind))
    later = timedelta(days=next(days))
    return {
        UUID: uuid7(),
        str: "저기어때 \N{BED}",
        bool: not sparse,
        int: 1 if sparse else 7,
        Decimal: Decimal(0) if sparse else Decimal("120000.50"),
        date: date(2026, 12, 30) + later,
        datetime: datetime(2026, 12, 30, 23, 59, 59, 999999, UTC) + later,
        time: time(15, 30),
    }[kind]
