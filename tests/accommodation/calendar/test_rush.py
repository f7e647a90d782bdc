"""Many guests at once, in many batches and transactions: judged by nothing but the tables afterwards."""

import asyncio
import random
from collections import Counter
from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from chassis import clock
from chassis.testing import SubgraphUnderTest
from subgraphs.accommodation.calendar.let_go_overdue import let_go_overdue
from tests.accommodation.calendar.books import ensure_nights_agree


async def test_of_200_guests_for_one_last_room_one_has_it(
    accommodation: SubgraphUnderTest, places: Any, ask: Any
) -> None:
    room_type = await places.add_room(days=2)
    commands = [ask.hold(room_type.id, 0, 2) for _ in range(200)]
    alone, together = commands[:40], commands[40:]
    await asyncio.gather(
        *(accommodation.handle("accommodation.hold-nights", each) for each in alone),
        *(ask("hold-nights", *together[at : at + 20]) for at in range(0, 160, 20)),
    )
    said = Counter(each.name for each in await accommodation.published())
    assert said == {"accommodation.nights.held": 1, "accommodation.nights.refused": 199}
    assert await places.nights(room_type) == [(1, 0), (1, 0)]
    await ensure_nights_agree(accommodation.database)


async def test_the_same_booking_from_many_sides_is_held_once(
    accommodation: SubgraphUnderTest, places: Any, ask: Any
) -> None:
    room_type = await places.add_room(units=50, days=2)
    command = ask.hold(room_type.id, 0, 2)

    async def once() -> None:
        try:
            await accommodation.handle("accommodation.hold-nights", command)
        except IntegrityError:  # another was first: the consumer asks again, as here
            await accommodation.handle("accommodation.hold-nights", command)

    await asyncio.gather(*(once() for _ in range(20)))
    said = [each.payload for each in await accommodation.published("accommodation.nights.held")]
    assert said == said[:1] * 20
    assert await places.nights(room_type) == [(1, 0), (1, 0)]


async def test_overlapping_stays_that_come_and_go_leave_books_that_agree(
    accommodation: SubgraphUnderTest, places: Any, ask: Any
) -> None:
    dice = random.Random(20)
    rooms = [await places.add_room(units=dice.randint(1, 3), days=12) for _ in range(4)]
    bookings = [_asked(ask, dice, rooms) for _ in range(240)]

    async def guest(mine: list[dict[str, Any]], luck: random.Random) -> None:
        for at in range(0, len(mine), 4):
            some = mine[at : at + 4]
            await ask("hold-nights", *some)
            await ask(luck.choice(["confirm-hold", "release-hold", "extend-hold", "hold-nights"]), *some[:3])
            await ask(luck.choice(["confirm-hold", "release-hold"]), *luck.sample(some, 2))

    async def sweeper() -> None:
        for _ in range(20):
            async with accommodation.database.transaction() as session:
                await let_go_overdue(session, clock.now())
            await asyncio.sleep(0)

    await asyncio.gather(*(guest(bookings[at::8], random.Random(at)) for at in range(8)), sweeper())
    await ensure_nights_agree(accommodation.database)
    async with accommodation.database.reading() as session:
        ended = Counter((await session.execute(text("SELECT status FROM holds"))).scalars())
    assert sum(ended.values()) == 240
    assert {"CONFIRMED", "RELEASED", "REFUSED"} <= ended.keys(), ended


def _asked(ask: Any, dice: random.Random, rooms: list[Any]) -> dict[str, Any]:
    first = dice.randrange(11)
    overdue = dice.random() < 0.3
    due_at = ask.due_at - timedelta(hours=1) if overdue else ask.due_at
    fields = {"rooms": dice.randint(1, 2), "guests": 1, "due_at": due_at}
    command: dict[str, Any] = ask.hold(dice.choice(rooms).id, first, dice.randint(first + 1, 12), **fields)
    return command
