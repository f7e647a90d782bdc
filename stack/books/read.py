"""Read the books: each database in one snapshot, then the gates and the provider."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import redis.asyncio

from stack.books.breach import Row
from stack.books.places import Places
from stack.layout import SUBGRAPHS

# What every service has. What can't be replayed any more, and what nobody can be told of, is history.
_MESSAGES = {
    "outbox": "select id, name, sent_at from outbox where occurred_at > now() - interval '24 hours' or sent_at is null",
    "inbox": "select message_id from inbox where consumer = $1 and received_at > now() - interval '25 hours'",
    "letters": "select id, name, message_id, reason, replayed_at from dead_letters",
}
_BOOKS: Mapping[str, Mapping[str, str]] = {
    "account": {"bookings": "select id, status from bookings"},
    "accommodation": {
        "holds": "select booking_id, room_type_id, status, check_in, check_out, rooms, due_at, reason from holds",
        "nights": """
            with taken as (
              select room_type_id, day::date as date,
                coalesce(sum(rooms) filter (where status = 'HELD'), 0) as held,
                coalesce(sum(rooms) filter (where status = 'CONFIRMED'), 0) as sold
              from holds, generate_series(check_in, check_out - 1, interval '1 day') as day
              where status in ('HELD', 'CONFIRMED') group by 1, 2
            ), counted as (select * from nights where held <> 0 or sold <> 0 or held + sold > units)
            select room_type_id, date, n.units, coalesce(n.held, 0) as held, coalesce(n.sold, 0) as sold,
              coalesce(t.held, 0) as held_by_holds, coalesce(t.sold, 0) as sold_by_holds
            from counted n full join taken t using (room_type_id, date)""",
        "stays": "select booking_id, guest_id from completed_stays",
    },
    "booking": {"bookings": "select * from bookings"},
    "payment": {"payments": "select * from payments", "refunds": "select * from refunds"},
    "loyalty": {
        "holds": "select * from benefit_holds",
        "points": "select booking_id, sum(points) as points, bool_and(spent) as spent from point_holds group by 1",
        "entries": "select booking_id, kind, points from point_entries where booking_id is not null",
        "earnings": "select booking_id, user_id, paid, points from point_earnings",
        "refunds": "select refund_id, booking_id, amount from point_refunds",
        "events": "select id, quantity, settled_at, gate_written_at, gate_lost_at from coupon_events",
        "issuances": "select id, coupon_event_id, user_id, user_coupon_id, slot from coupon_issuances",
        "coupons": "select id, user_id, coupon_id, coupon_event_id from user_coupons",
    },
}


@dataclass(frozen=True)
class Books:
    """`at["payment"].refunds` are the rows of a database; what is said of each stands above."""

    at: dict[str, Any]
    accepted: dict[UUID, set[UUID]]
    """Whom the gate of an event knows, of those gates that are there."""
    provider: list[dict[str, Any]]
    """Amounts in minor units."""


async def read_books(places: Places) -> Books:
    # Not at one instant: what lies between two databases agrees once nothing is under way any more.
    rows = await asyncio.gather(*(_read(places, name) for name in SUBGRAPHS))
    at = dict(zip(SUBGRAPHS, rows, strict=True))
    return Books(at, await _accepted(places, at["loyalty"].events), await _provider(places))


async def _read(places: Places, name: str) -> SimpleNamespace:
    async with _snapshot(places, name) as connection:
        asked = {**_MESSAGES, **_BOOKS[name]}
        rows = {what: await connection.fetch(said, *[name] * said.count("$1")) for what, said in asked.items()}
        return SimpleNamespace(**rows)


@asynccontextmanager
async def _snapshot(places: Places, name: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(places.database_url, database=f"{places.database_prefix}{name}", timeout=10)
    try:
        for kind in ("json", "jsonb"):
            await connection.set_type_codec(kind, encoder=str, decoder=json.loads, schema="pg_catalog")
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            yield connection
    finally:
        await connection.close()


async def _accepted(places: Places, events: list[Row]) -> dict[UUID, set[UUID]]:
    found = {}
    async with redis.asyncio.Redis.from_url(places.redis_url, decode_responses=True) as client:
        for event in events:
            gate, accepted = (f"coupon-event:{{{event['id']}}}:{part}" for part in ("gate", "accepted"))
            if await client.exists(gate):
                found[event["id"]] = {UUID(user) async for user, _ in client.hscan_iter(accepted, count=1000)}
    return found


async def _provider(places: Places) -> list[dict[str, Any]]:
    async with httpx.AsyncClient(base_url=places.provider_url, timeout=30) as http:
        found: list[dict[str, Any]] = (await http.get("/control/payments")).raise_for_status().json()
        return found
