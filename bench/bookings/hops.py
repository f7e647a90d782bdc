"""Where the time of a booking goes, by what each message's rows say: when it was said, sent and taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

import asyncpg

from stack.books.places import Places

# Who says it, who takes it.
HOPS = (
    ("accommodation.hold-nights", "booking", "accommodation"),
    ("accommodation.nights.held", "accommodation", "booking"),
    ("payment.open-payment", "booking", "payment"),
    ("payment.payment.opened", "payment", "booking"),
)


@dataclass(frozen=True)
class Hop:
    """Medians, in seconds. An acknowledgement may be written down after the message was taken."""

    message: str
    to_broker: float
    """From the saying, in a transaction, through its commit, the doorbell and the relay to the acknowledgement."""
    to_taker: float
    """Until its taker's transaction has it in its inbox."""
    handling: float | None
    """From there until the next message is said; None for the last."""


async def hops(places: Places, bookings: Sequence[str]) -> list[Hop]:
    said = [await _said(places, name, teller, bookings) for name, teller, _ in HOPS]
    taken = [
        await _taken(places, taker, [row["id"] for row in rows.values()])
        for (_, _, taker), rows in zip(HOPS, said, strict=True)
    ]
    return [
        _hop(HOPS[at][0], said[at], taken[at], said[at + 1] if at + 1 < len(HOPS) else None) for at in range(len(HOPS))
    ]


def _hop(name: str, said: dict[str, Any], taken: dict[Any, datetime], following: dict[str, Any] | None) -> Hop:
    handling = None
    if following is not None:
        handling = _median((following[each]["occurred_at"] - taken[said[each]["id"]]) for each in said)
    return Hop(
        name,
        _median(row["sent_at"] - row["occurred_at"] for row in said.values()),
        _median(taken[row["id"]] - row["sent_at"] for row in said.values()),
        handling,
    )


def _median(spans: Any) -> float:
    return median(each.total_seconds() for each in spans)


async def _said(places: Places, name: str, teller: str, bookings: Sequence[str]) -> dict[str, Any]:
    """By booking. Asked again, it was said more than once: the first counts."""
    rows = await _fetch(
        places,
        teller,
        "select payload->>'booking_id' as booking, id, occurred_at, sent_at from outbox"
        " where name = $1 and payload->>'booking_id' = any($2::text[]) order by sequence desc",
        name,
        list(bookings),
    )
    return {row["booking"]: row for row in rows}


async def _taken(places: Places, taker: str, ids: list[Any]) -> dict[Any, datetime]:
    statement = "select message_id, received_at from inbox where consumer = $1 and message_id = any($2::uuid[])"
    return {row["message_id"]: row["received_at"] for row in await _fetch(places, taker, statement, taker, ids)}


async def _fetch(places: Places, subgraph: str, statement: str, *values: Any) -> list[Any]:
    database = f"{places.database_prefix}{subgraph}"
    connection = await asyncpg.connect(places.database_url, database=database, timeout=10)
    try:
        found: list[Any] = await connection.fetch(statement, *values)
        return found
    finally:
        await connection.close()
