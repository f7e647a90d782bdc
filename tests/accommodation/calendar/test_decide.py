"""A batch of requests: each is decided by what those before it have left, and what is wrong with one harms no other."""

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from chassis import clock
from chassis.delivery import Delivery
from chassis.events import Record
from chassis.ids import uuid7
from chassis.kafka import Producer, Topics
from chassis.testing import Published, SubgraphUnderTest
from subgraphs.accommodation.calendar.let_go_overdue import let_go_overdue
from tests.accommodation.calendar.books import ensure_nights_agree

HELD, REFUSED = "accommodation.nights.held", "accommodation.nights.refused"


async def test_whatever_is_asked_in_one_batch_is_decided_in_the_order_it_came(
    accommodation: SubgraphUnderTest, places: Any, ask: Any
) -> None:
    room_type = await places.add_room(days=2)
    first, second, third, unheard = (ask.hold(room_type.id, 0, 2) for _ in range(4))
    accommodation.sql.clear()
    answers = await ask.together(
        ("hold-nights", first),
        ("hold-nights", second),
        ("release-hold", first),
        ("hold-nights", third),
        ("extend-hold", second),
        ("confirm-hold", third),
        ("confirm-hold", unheard),
        ("hold-nights", unheard),
        ("release-hold", third),
        ("hold-nights", third),
    )
    statements = [each.split()[0] for each in accommodation.sql if not each.startswith("SELECT outbox")]
    said = [(each.name.removeprefix("accommodation.nights."), each.payload.get("reason")) for each in answers]
    assert said == [
        ("held", None),
        ("refused", "SOLD_OUT"),
        ("released", None),
        ("held", None),
        ("lost", "SOLD_OUT"),
        ("confirmed", None),
        ("lost", "NOT_ON_SALE"),
        ("refused", "NOT_ON_SALE"),
        ("released", None),
        ("refused", "NOT_ON_SALE"),
    ]
    assert await places.nights(room_type) == [(0, 0), (0, 0)]
    assert len(statements) <= 8, accommodation.sql


async def test_what_was_decided_before_is_changed_with_a_statement_for_all_of_a_batch(
    accommodation: SubgraphUnderTest, places: Any, ask: Any
) -> None:
    rooms = [await places.add_room(units=30, days=4) for _ in range(3)]
    commands = [ask.hold(room.id, at % 3, at % 3 + 2) for at, room in enumerate(rooms * 20)]
    await ask("hold-nights", *commands)
    later = [command | {"due_at": ask.due_at + timedelta(hours=1)} for command in commands]
    accommodation.sql.clear()
    await ask.together(
        *(("confirm-hold", each) for each in commands[:20]),
        *(("release-hold", each) for each in commands[20:40]),
        *(("extend-hold", each) for each in later[40:]),
    )
    writes = [each.split(maxsplit=2)[:2] for each in accommodation.sql if not each.startswith("SELECT")]
    changes = [["UPDATE", "holds"], ["UPDATE", "nights"]]
    assert writes == [["INSERT", "INTO"], *changes, ["INSERT", "INTO"]]
    await ensure_nights_agree(accommodation.database)
    async with accommodation.database.reading() as session:
        found = (await session.execute(text("SELECT status, due_at, count(*) FROM holds GROUP BY 1, 2"))).all()
    assert {tuple(row) for row in found} == {
        ("CONFIRMED", ask.due_at, 20),
        ("RELEASED", ask.due_at, 20),
        ("HELD", later[0]["due_at"], 20),
    }


@pytest.mark.parametrize("seed", range(3))
async def test_together_or_one_by_one_the_same_is_decided(
    accommodation: SubgraphUnderTest, places: Any, ask: Any, seed: int
) -> None:
    rooms = [[await places.add_room(units=1 + room, days=5) for room in range(2)] for _ in range(2)]
    dice = random.Random(seed)
    stays = [(dice.randrange(2), first, dice.randint(first + 1, 5)) for first in dice.choices(range(4), k=14)]
    together, alone = ([ask.hold(of[room].id, first, end) for room, first, end in stays] for of in rooms)
    overdue = ask.due_at - timedelta(days=1)
    for bookings in (together, alone):
        await ask("hold-nights", *(each | {"due_at": overdue} for each in bookings[:5]))
    async with accommodation.database.transaction() as session:
        await let_go_overdue(session, clock.now())
    verbs = ["hold-nights", "hold-nights", "confirm-hold", "release-hold", "extend-hold"]
    asked = [(dice.choice(verbs), dice.randrange(len(stays))) for _ in range(40)]
    at_once = await ask.together(*((verb, together[booking]) for verb, booking in asked))
    one_by_one = [answer for verb, booking in asked for answer in await ask(verb, alone[booking])]
    assert [_decision(each) for each in at_once] == [_decision(each) for each in one_by_one]
    for of_one, of_other in zip(*rooms, strict=True):
        assert await places.nights(of_one) == await places.nights(of_other)
    await ensure_nights_agree(accommodation.database)


def _decision(answer: Published) -> tuple[Any, ...]:
    said = answer.payload
    return answer.name, said.get("reason"), said.get("night"), said.get("subtotal"), said.get("due_at")


@pytest.fixture
async def delivery(accommodation: SubgraphUnderTest) -> AsyncIterator[Delivery]:
    """As the worker has it, in a hurry to give up."""
    topics = Topics(accommodation.settings)
    await topics.declare(["accommodation.commands.dead"])
    producer = Producer(accommodation.settings, topics)
    consumer, resources = accommodation.consumer, accommodation.resources
    assert consumer is not None
    given: dict[str, Any] = {"slots": asyncio.Semaphore(2), "stopping": asyncio.Event(), "tries": 2}
    yield Delivery(consumer, accommodation.database, resources, producer, **given)
    await producer.close()


async def test_what_is_wrong_with_one_request_harms_no_other(
    accommodation: SubgraphUnderTest, places: Any, ask: Any, delivery: Delivery
) -> None:
    room_type = await places.add_room(units=20, days=3)
    spoiled, good = ask.hold(room_type.id, 0, 1), [ask.hold(room_type.id, 0, 2) for _ in range(12)]
    await ask("hold-nights", spoiled)
    async with accommodation.database.transaction() as session:
        await session.execute(text("UPDATE holds SET answer = '{}'"))
    absurd = [
        ask.hold(uuid7(), 0, 1),
        ask.hold(room_type.id, 0, 1, check_in="0001-01-01"),
        ask.hold(room_type.id, 0, 1, check_in="9999-12-30", check_out="9999-12-31"),
        ask.hold(room_type.id, 0, 1, check_in="0001-01-01", check_out="9999-12-31"),
        ask.hold(room_type.id, 0, 1, rooms=1_000_000),
    ]
    bad = [
        ask.hold(room_type.id, 0, 1, due_at="9999-12-31T23:59:59-14:00"),
        ask.hold(room_type.id, 0, 1, due_at="0001-01-01T00:00:00+14:00"),
        ask.hold(room_type.id, 0, 0),
        {"booking_id": str(uuid7())},
        spoiled,
    ]
    asked = [*good[:4], *absurd, *good[4:8], *bad, *good[8:]]
    records = [Record.of("accommodation.hold-nights", each) for each in asked]
    nonsense = Record(records[0].topic, b"", b"[1, 2", records[0].headers)
    await delivery.take([*records[:3], nonsense, *records[3:]], lambda _: None)
    answers = [(each.payload["booking_id"], each.payload.get("reason")) for each in await ask.answers()]
    reasons = ["NOT_ON_SALE", "MAX_NIGHTS", "TOO_FAR_AHEAD", "MAX_NIGHTS", "SOLD_OUT"]
    expected = [(str(each["booking_id"]), None) for each in good]
    expected[4:4] = [(str(each["booking_id"]), reason) for each, reason in zip(absurd, reasons, strict=True)]
    assert answers == expected
    assert await places.nights(room_type) == [(13, 0), (12, 0), (0, 0)]
    async with accommodation.database.reading() as session:
        reasons = list((await session.execute(text("SELECT reason FROM dead_letters ORDER BY id"))).scalars())
    assert len(reasons) == 6, reasons
    assert sum(each.startswith("UnreadableRecord") for each in reasons) == 5
    await ensure_nights_agree(accommodation.database)


async def test_a_batch_of_the_longest_stays_is_decided_as_any_other(
    accommodation: SubgraphUnderTest, places: Any, ask: Any
) -> None:
    """What is locked and written for it are hundreds of nights a request, and still a few statements."""
    place = await places.add()
    rooms = [await places.add_room_type(place, units=2, max_nights=730) for _ in range(3)]
    for room in rooms:
        await places.open(room, 0, 730)
    commands = [ask.hold(room.id, 0, 730) for room in rooms * 3]
    accommodation.sql.clear()
    answers = await ask("hold-nights", *commands)
    assert [each.name for each in answers] == [HELD] * 6 + [REFUSED] * 3
    assert len([each for each in accommodation.sql if "nights" in each.split("FROM")[0]]) <= 3
    assert await places.nights(rooms[0]) == [(2, 0)] * 730
    await ensure_nights_agree(accommodation.database)
