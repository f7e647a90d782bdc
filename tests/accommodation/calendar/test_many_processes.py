"""Bookings of many guests through real processes, one of them killed: judged by nothing but the tables afterwards."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from chassis.ids import uuid7
from chassis.kafka import Topics
from chassis.testing import Servers, SubgraphUnderTest, subgraph_under_test
from tests.accommodation.calendar.books import ensure_live_bookings_have_their_nights, ensure_nights_agree
from tests.loyalty.workers import until, worker_process

CREATE = "mutation ($input: CreateBookingInput!) { createBooking(input: $input) { id } }"
CANCEL = "mutation ($input: CancelBookingInput!) { cancelBooking(input: $input) { id } }"
UNANSWERED = "SELECT count(*) FROM bookings WHERE array_to_string(asks, ' ') LIKE '%accommodation.%'"
SUBGRAPHS = ("booking", "accommodation", "loyalty", "payment", "account")
DAYS = 12

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture
async def booking(servers: Servers) -> AsyncIterator[SubgraphUnderTest]:
    async with subgraph_under_test("booking", servers) as under_test:
        yield under_test


@pytest.fixture
async def rooms(places: Any) -> list[Any]:
    """Every third is free of charge, so that its bookings are confirmed at once."""
    dice, place = random.Random(50), await places.add()
    rooms = [await places.add_room_type(place, units=dice.randint(1, 2), max_guests=9) for _ in range(50)]
    for at, room in enumerate(rooms):
        await places.open(room, 0, DAYS, price=0 if at % 3 == 0 else 90_000)
    return rooms


async def test_a_hundred_guests_leave_no_night_oversold_no_hold_without_its_booking_and_no_booking_without_its_hold(
    accommodation: SubgraphUnderTest, booking: SubgraphUnderTest, places: Any, rooms: list[Any], tmp_path: Path
) -> None:
    topics = await _topics(booking)
    made: list[UUID] = []
    queue = asyncio.Semaphore(8)
    """Before the one API: a busy machine refuses whom it can't answer in time."""

    async def guest(dice: random.Random) -> None:
        async with queue:
            await stay(dice)

    async def stay(dice: random.Random) -> None:
        user, mine = uuid7(), []
        for _ in range(2):
            answer = await booking.graphql(CREATE, {"input": _stay(places, dice, rooms)}, user=user)
            assert answer.errors == []
            mine.append(UUID(answer.data["createBooking"]["id"]))
        made.extend(mine)
        if dice.random() < 0.5:
            cancelled = {"bookingId": str(dice.choice(mine)), "reason": "Plans changed."}
            await booking.graphql(CANCEL, {"input": cancelled}, user=user)

    async with AsyncExitStack() as running:
        log = tmp_path / "workers.log"
        commands = ("subgraphs.accommodation.worker",) * 3
        workers = [
            await running.enter_async_context(worker_process(accommodation, topics, log, each)) for each in commands
        ]
        await running.enter_async_context(worker_process(booking, topics, log, "subgraphs.booking.worker"))
        guests = asyncio.gather(*(guest(random.Random(number)) for number in range(100)))
        await until(lambda: _decided(accommodation), lambda many: many > 40, within=120)
        workers[0].kill()
        await guests
        assert await until(lambda: _count(booking, UNANSWERED), lambda open_: open_ == 0, within=120) == 0
    await ensure_nights_agree(accommodation.database)
    await ensure_live_bookings_have_their_nights(accommodation.database, booking.database)
    ended = await _endings(accommodation)
    assert sum(ended.values()) == len(made) == 200
    assert {"HELD", "CONFIRMED", "RELEASED", "REFUSED"} <= ended.keys(), ended


async def _topics(booking: SubgraphUnderTest) -> str:
    """The prefix of those all processes share."""
    prefix = f"test.{uuid7()}."
    settings = booking.settings.model_copy(update={"topic_prefix": prefix})
    await Topics(settings).declare(f"{name}.{kind}" for name in SUBGRAPHS for kind in ("commands", "events"))
    return prefix


def _stay(places: Any, dice: random.Random, rooms: list[Any]) -> dict[str, Any]:
    first = dice.randrange(DAYS)
    return {
        "idempotencyKey": str(uuid7()),
        "roomTypeId": str(dice.choice(rooms[:20] + rooms).id),
        "checkIn": str(places.day(first)),
        "checkOut": str(places.day(dice.randint(first + 1, min(DAYS, first + 6)))),
        "guests": 1,
        "rooms": dice.choice([1, 1, 2]),
        "guestName": "Kim Minji",
        "guestPhone": "010-1234-5678",
    }


async def _decided(accommodation: SubgraphUnderTest) -> int:
    return await _count(accommodation, "SELECT count(*) FROM holds")


async def _count(subgraph: SubgraphUnderTest, statement: str) -> int:
    async with subgraph.database.reading() as session:
        return int((await session.execute(text(statement))).scalar_one())


async def _endings(accommodation: SubgraphUnderTest) -> Counter[str]:
    async with accommodation.database.reading() as session:
        return Counter((await session.execute(text("SELECT status FROM holds"))).scalars())
