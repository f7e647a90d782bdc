"""The plain way, written by hand: a row lock and a transaction for each request that holds nights, and nothing shared.

It keeps the same tables and decides alike, as far as the requests of the bench need it. Nobody sends its answers.
"""

import asyncio
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from aiokafka import AIOKafkaConsumer

from chassis.ids import uuid7
from chassis.kafka import Producer, Topics
from subgraphs.accommodation.settings import Settings

PLACE = """SELECT t.max_guests, t.max_nights, t.name AS room, a.* FROM room_types t
    JOIN accommodations a ON a.id = t.accommodation_id
    WHERE t.id = $1 AND t.deleted_at IS NULL AND a.deleted_at IS NULL AND a.status = 'PUBLISHED'"""
NIGHTS = """SELECT date, price, units - held - sold AS left, closed, min_nights FROM nights
    WHERE room_type_id = $1 AND date >= $2 AND date < $3 ORDER BY date FOR UPDATE"""
INBOX = "INSERT INTO inbox VALUES ($1, 'plain', now()) ON CONFLICT DO NOTHING RETURNING 1"
TAKE = "UPDATE nights SET held = held + $4 WHERE room_type_id = $1 AND date >= $2 AND date < $3"
HOLD = """INSERT INTO holds (booking_id, room_type_id, guest_id, check_in, check_out, guests, rooms, due_at, status,
    answer, reason, decided_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, now(), now())"""
SAY = """INSERT INTO outbox (shard, id, name, topic, key, payload, occurred_at, traceparent, sent_at)
    VALUES ($1, $2, $3, 'accommodation.events', $4, $5, now(), '', now())"""


@asynccontextmanager
async def working(settings: Settings) -> AsyncIterator[Producer]:
    """In this process, each partition in its order beside the others; on a topic of its own, which one is given."""
    apart = settings.model_copy(update={"topic_prefix": f"{settings.topic_prefix}plain."})
    topics = Topics(apart)
    await topics.declare(["accommodation.commands"])
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.kafka_bootstrap, auto_offset_reset="earliest")
    producer, url = Producer(apart, topics), settings.service_database_url.replace("+asyncpg", "")
    async with asyncpg.create_pool(url, min_size=6, max_size=6) as pool, asyncio.TaskGroup() as group:
        await consumer.start()
        consumer.assign(await topics.partitions("accommodation.commands"))
        task = group.create_task(_work(consumer, pool))
        try:
            yield producer
        finally:
            task.cancel()
            await producer.close()
            await consumer.stop()


async def _work(consumer: AIOKafkaConsumer, pool: asyncpg.Pool) -> None:
    while True:
        fetched = await consumer.getmany(timeout_ms=100)
        await asyncio.gather(*(_one_by_one(pool, records) for records in fetched.values()))


async def _one_by_one(pool: asyncpg.Pool, records: Any) -> None:
    async with pool.acquire() as connection:
        for record in records:
            async with connection.transaction():
                await _decide(connection, dict(record.headers)["id"].decode(), orjson.loads(record.value))


async def _decide(connection: Any, message_id: str, asked: dict[str, Any]) -> None:
    if not await connection.fetchval(INBOX, UUID(message_id)):
        return
    room_type_id = UUID(asked["room_type_id"])
    stay = date.fromisoformat(asked["check_in"]), date.fromisoformat(asked["check_out"])
    place = await connection.fetchrow(PLACE, room_type_id)
    nights = await connection.fetch(NIGHTS, room_type_id, *stay)
    free = _allowed(asked, stay, place, nights)
    if free:
        await connection.execute(TAKE, room_type_id, *stay, asked["rooms"])
    payload = _answer(asked, place, nights) if free else _refusal(asked)
    due_at = datetime.fromisoformat(asked["due_at"])
    said = ("HELD", payload, None) if free else ("REFUSED", None, "SOLD_OUT")
    ids = UUID(asked["booking_id"]), room_type_id, UUID(asked["guest_id"])
    await connection.execute(HOLD, *ids, *stay, asked["guests"], asked["rooms"], due_at, *said)
    name = f"accommodation.nights.{'held' if free else 'refused'}"
    key = asked["booking_id"]
    await connection.execute(SAY, zlib.crc32(key.encode()) % 16, uuid7(), name, key, payload)


def _allowed(asked: dict[str, Any], stay: tuple[date, date], place: Any, nights: Any) -> bool:
    length = (stay[1] - stay[0]).days
    if place is None or len(nights) < length or length > place["max_nights"] or stay[0] < datetime.now(UTC).date():
        return False
    if asked["guests"] > place["max_guests"] * asked["rooms"] or nights[0]["min_nights"] > length:
        return False
    return all(not night["closed"] and night["left"] >= asked["rooms"] for night in nights)


def _answer(asked: dict[str, Any], place: Any, nights: Any) -> str:
    said = {
        "booking_id": asked["booking_id"],
        "room_type_id": asked["room_type_id"],
        "accommodation_id": str(place["id"]),
        "host_id": str(place["host_id"]),
        "accommodation_name": place["name"],
        "room_type_name": place["room"],
        "address_line": place["address_line"],
        "check_in_time": str(place["check_in_time"]),
        "check_out_time": str(place["check_out_time"]),
        "nights": [{"date": str(night["date"]), "price": str(night["price"])} for night in nights],
        "subtotal": str(sum(night["price"] for night in nights) * asked["rooms"]),
        "currency": "KRW",
        "policy": orjson.loads(place["cancellation_policy"]),
    }
    return orjson.dumps(said).decode()


def _refusal(asked: dict[str, Any]) -> str:
    return orjson.dumps(
        {"booking_id": asked["booking_id"], "reason": "SOLD_OUT", "message": "", "night": None}
    ).decode()
