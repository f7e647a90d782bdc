"""A breach: something the books say that must not be."""

from dataclasses import dataclass
from typing import Any

Row = Any
"""A row as asyncpg gives it, or None where it is not there."""


@dataclass(frozen=True, order=True)
class Breach:
    """`about` names what to look up. One that is `forever` is wrong at any moment, others only once all is at rest."""

    rule: str
    about: str
    says: str
    forever: bool = False

    def __str__(self) -> str:
        return f"{self.rule}: {self.about}: {self.says}"


def one(rows: list[Row], column: str) -> dict[Any, Row]:
    """Rows by a column in which each is alone."""
    return {row[column]: row for row in rows}


def many(rows: list[Row], column: str) -> dict[Any, list[Row]]:
    found: dict[Any, list[Row]] = {}
    for row in rows:
        found.setdefault(row[column], []).append(row)
    return found
