"""How fast nights are held: requests decided together, beside the same requests with a transaction each.

    python -m bench.nights

Hot is one night of one room type that everybody wants, spread is many nights of many, mixed is half of each. What the
tables say at the end is compared with what was answered; a run that is not exact is no result.
"""

import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text  # noqa: TID251 (the checker reads the tables by itself)

from chassis import clock
from chassis.consumer import Handler
from chassis.database import Database
from chassis.events import Record
from chassis.ids import uuid7
from chassis.migrations import upgrade
from chassis.resources import Resources
from stack.servers import embedded_postgres
from subgraphs.accommodation.accommodations.tables import (
    DEFAULT_POLICY,
    Accommodation,
    AccommodationKind,
    AccommodationStatus,
)
from subgraphs.accommodation.calendar.tables import Night
from subgraphs.accommodation.consumers import BATCH, consumer
from subgraphs.accommodation.resources import open_resources
from subgraphs.accommodation.room_types.tables import RoomType
from subgraphs.accommodation.settings import Settings

TOGETHER, ALONE = 6_000, 600
"""Requests in a run: enough for some seconds of each."""
UNITS, ROOM_TYPES, DAYS = 10_000, 50, 30
AT_ONCE = 4
"""Requests under way at the same time, as a worker has them from as many partitions."""


@dataclass(frozen=True)
class Hotel:
    room_types: list[UUID]

    def request(self, dice: random.Random, sort: str) -> Record:
        hot = sort == "hot" or (sort == "mixed" and dice.random() < 0.5)
        room_type_id = self.room_types[0] if hot else dice.choice(self.room_types)
        first = 0 if hot else dice.randrange(DAYS - 3)
        last = first + (1 if hot else dice.randint(1, 3))
        today = clock.today(ZONE)
        payload = {
            "booking_id": uuid7(),
            "guest_id": uuid7(),
            "room_type_id": room_type_id,
            "check_in": today + timedelta(days=first),
            "check_out": today + timedelta(days=last),
            "rooms": 1,
            "guests": 2,
            "due_at": clock.now() + timedelta(minutes=10),
        }
        return Record.of("accommodation.hold-nights", payload, key=str(room_type_id))


ZONE = Settings.model_fields["time_zone"].default


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, embedded_postgres(Path(folder)) as postgres:
        # Nothing listens there: holding nights speaks to neither.
        settings = Settings(database_url=postgres.url, redis_url="redis://127.0.0.1:1", kafka_bootstrap="127.0.0.1:1")
        return asyncio.run(run(settings))


async def run(settings: Settings) -> int:
    await upgrade("subgraphs.accommodation", settings)
    resources = await open_resources(settings)
    print(f"{'':8} {'one each':>12} {f'{BATCH} together':>16} {'ratio':>8}")
    try:
        for sort in ("hot", "spread", "mixed"):
            hotel = await build(resources[Database])
            alone = await speed(resources, hotel, sort, ALONE, 1)
            together = await speed(resources, hotel, sort, TOGETHER, BATCH)
            print(f"{sort:8} {alone:>10,.0f}/s {together:>14,.0f}/s {together / alone:>7.1f}x")
            await ensure_exact(resources[Database])
    finally:
        await resources.close()
    return 0


async def build(database: Database) -> Hotel:
    place = Accommodation(
        host_id=uuid7(),
        name="Grand Hotel",
        description="Large.",
        kind=AccommodationKind.HOTEL,
        address_line="1 Beach Road",
        region="Haeundae",
        country="KR",
        check_in_time=clock.now().time(),
        check_out_time=clock.now().time(),
        cancellation_policy=DEFAULT_POLICY,
        status=AccommodationStatus.PUBLISHED,
    )
    given: dict[str, Any] = {"name": "Room", "description": "", "max_guests": 2, "units": UNITS}
    rooms = [RoomType(accommodation_id=place.id, base_price=Decimal(90_000), **given) for _ in range(ROOM_TYPES)]
    async with database.transaction() as session:
        session.add(place)
        await session.flush()
        session.add_all(rooms)
        await session.flush()
        today = clock.today(ZONE)
        for room in rooms:
            session.add_all(
                Night(room_type_id=room.id, date=today + timedelta(days=day), price=room.base_price, units=UNITS)
                for day in range(DAYS)
            )
    return Hotel([room.id for room in rooms])


async def speed(resources: Resources, hotel: Hotel, sort: str, count: int, size: int) -> float:
    """Decisions a second."""
    dice = random.Random(count)
    records = [hotel.request(dice, sort) for _ in range(count)]
    batches = [records[at : at + size] for at in range(0, count, size)]
    handler = consumer.handler_of(records[0])
    assert handler is not None
    begun = time.perf_counter()
    await asyncio.gather(*(decide(resources, handler, batches[at::AT_ONCE]) for at in range(AT_ONCE)))
    return count / (time.perf_counter() - begun)


async def decide(resources: Resources, handler: Handler, batches: Sequence[Sequence[Record]]) -> None:
    for batch in batches:
        await consumer.run(resources[Database], resources, handler, [handler.read(record) for record in batch])


async def ensure_exact(database: Database) -> None:
    """Rooms held of each night are the rooms of the holds over it, and each request was answered once."""
    async with database.reading() as session:
        nights = (await session.execute(text("SELECT coalesce(sum(held), 0) FROM nights"))).scalar_one()
        holds = (
            await session.execute(
                text("SELECT coalesce(sum(rooms * (check_out - check_in)), 0) FROM holds WHERE status = 'HELD'")
            )
        ).scalar_one()
        unanswered = (
            await session.execute(text("SELECT (SELECT count(*) FROM holds) - (SELECT count(*) FROM outbox)"))
        ).scalar_one()
    assert nights == holds, f"{nights} rooms are held by the nights and {holds} by the holds"
    assert unanswered == 0, f"{unanswered} holds were not answered"


if __name__ == "__main__":
    sys.exit(main())
