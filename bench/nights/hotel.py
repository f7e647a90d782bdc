"""A hotel to ask for nights of, what its guests ask, and what the tables say became of it."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text  # noqa: TID251 (the books are read behind the service's back)

from chassis import clock
from chassis.database import Database
from chassis.events import Record
from chassis.ids import uuid7
from subgraphs.accommodation.accommodations.tables import (
    DEFAULT_POLICY,
    Accommodation,
    AccommodationKind,
    AccommodationStatus,
)
from subgraphs.accommodation.calendar.tables import Night
from subgraphs.accommodation.room_types.tables import RoomType
from subgraphs.accommodation.settings import Settings

UNITS, ROOM_TYPES, DAYS = 10_000, 50, 30
SORTS = ("hot", "spread", "mixed")
FOLLOWS_AFTER = 200
"""Requests that come between a hold and what is asked about it next."""
ZONE = Settings.model_fields["time_zone"].default


@dataclass(frozen=True)
class Hotel:
    room_types: list[UUID]

    def requests(self, sort: str, count: int) -> list[Record]:
        """Hot: one night of one room type. Spread: one to three nights of many. Mixed: half of the holds are hot, and
        each is confirmed, extended or released a little later.
        """
        dice = random.Random(count)
        if sort != "mixed":
            return [_asked("hold-nights", self._hold(dice, hot=sort == "hot")) for _ in range(count)]
        return list(self._mixed(dice, count))

    def _mixed(self, dice: random.Random, count: int) -> Iterator[Record]:
        waiting: list[dict[str, Any]] = []
        for _ in range(count // 2):
            waiting.append(self._hold(dice, hot=dice.random() < 0.5))
            yield _asked("hold-nights", waiting[-1])
            if len(waiting) > FOLLOWS_AFTER:
                yield _followed(dice, waiting.pop(0))
        yield from (_followed(dice, each) for each in waiting)

    def _hold(self, dice: random.Random, *, hot: bool) -> dict[str, Any]:
        first = 0 if hot else dice.randrange(DAYS - 3)
        today = clock.today(ZONE)
        return {
            "booking_id": uuid7(),
            "guest_id": uuid7(),
            "room_type_id": self.room_types[0] if hot else dice.choice(self.room_types),
            "check_in": today + timedelta(days=first),
            "check_out": today + timedelta(days=first + (1 if hot else dice.randint(1, 3))),
            "rooms": 1,
            "guests": 2,
            "due_at": clock.now() + timedelta(minutes=10),
        }


def _followed(dice: random.Random, hold: dict[str, Any]) -> Record:
    return _asked(dice.choice(["confirm-hold"] * 3 + ["extend-hold", "release-hold"]), hold)


def _asked(verb: str, payload: dict[str, Any]) -> Record:
    return Record.of(f"accommodation.{verb}", payload, key=str(payload["room_type_id"]))


async def build(database: Database) -> Hotel:
    place = Accommodation(
        host_id=uuid7(),
        name="Grand Hotel",
        description="Large.",
        kind=AccommodationKind.HOTEL,
        address_line="1 Beach Road",
        region="Haeundae",
        country="KR",
        check_in_time=time(15),
        check_out_time=time(11),
        cancellation_policy=DEFAULT_POLICY,
        status=AccommodationStatus.PUBLISHED,
    )
    given: dict[str, Any] = {"name": "Room", "description": "", "max_guests": 2, "units": UNITS}
    rooms = [RoomType(accommodation_id=place.id, base_price=Decimal(90_000), **given) for _ in range(ROOM_TYPES)]
    today = clock.today(ZONE)
    async with database.transaction() as session:
        session.add(place)
        await session.flush()
        session.add_all(rooms)
        await session.flush()
        for room in rooms:
            dates = (today + timedelta(days=day) for day in range(DAYS))
            session.add_all(Night(room_type_id=room.id, date=day, price=room.base_price, units=UNITS) for day in dates)
    return Hotel([room.id for room in rooms])


@dataclass(frozen=True)
class Outcome:
    """How many were told what, and how many of those answers have left."""

    answers: dict[str, int]
    sent: int

    @property
    def decided(self) -> int:
        return sum(self.answers.values())


async def last_answer(database: Database) -> int:
    async with database.reading() as session:
        return int((await session.execute(text("SELECT coalesce(max(sequence), 0) FROM outbox"))).scalar_one())


async def outcome(database: Database, since: int) -> Outcome:
    statement = "SELECT name, count(*), count(sent_at) FROM outbox WHERE sequence > :since GROUP BY name"
    async with database.reading() as session:
        rows = (await session.execute(text(statement), {"since": since})).all()
    answers = {name.removeprefix("accommodation.nights."): many for name, many, _ in rows}
    return Outcome(answers, sum(sent for *_, sent in rows))


async def rooms_taken(database: Database, hotel: Hotel) -> int:
    """Of the hottest night."""
    statement = "SELECT max(held + sold) FROM nights WHERE room_type_id = :id"
    async with database.reading() as session:
        return int((await session.execute(text(statement), {"id": hotel.room_types[0]})).scalar_one())
