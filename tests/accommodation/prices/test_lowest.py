"""The lowest price ahead follows whatever happens to nights, whoever does it and however many at once."""

import asyncio
import random
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from chassis import clock
from chassis.testing import SubgraphUnderTest
from subgraphs.accommodation.jobs import renew_prices_of_over_nights
from tests.accommodation.backoffice import CHANGE_NIGHTS, DELETE_ROOM_TYPE, OPEN, Person

PRICE = "query ($id: ID!) { accommodation(id: $id) { lowestPrice { amount } } }"
WRONG = """
SELECT r.id, l.price, l.until, ahead.price
FROM room_types r LEFT JOIN lowest_prices l ON l.room_type_id = r.id
LEFT JOIN LATERAL (
    SELECT min(price) AS price FROM nights n
    WHERE n.room_type_id = r.id AND n.date >= current_date - 1 AND NOT n.closed AND n.held + n.sold < n.units
) ahead ON true
WHERE l.price IS DISTINCT FROM ahead.price
"""


async def ensure_prices_are_true(subgraph: SubgraphUnderTest) -> None:
    async with subgraph.database.reading() as session:
        assert (await session.execute(text(WRONG))).all() == []


async def lowest(subgraph: SubgraphUnderTest, room_type: Any) -> int | None:
    answer = await subgraph.graphql(PRICE, {"id": str(room_type.accommodation_id)})
    assert answer.errors == []
    found = answer.data["accommodation"]["lowestPrice"]
    return None if found is None else int(found["amount"])


async def test_a_price_follows_what_hosts_and_bookings_do(
    accommodation: SubgraphUnderTest, places: Any, ask: Any, host: Person
) -> None:
    room_type = await places.add_room_type(await places.add(host_id=host.id))

    def nights(first: int, end: int, **fields: Any) -> dict[str, Any]:
        dates = {"from": str(places.day(first)), "to": str(places.day(end))}
        return {"roomTypeId": str(room_type.id)} | dates | fields

    assert await lowest(accommodation, room_type) is None
    await host.get(OPEN, input=nights(0, 5, price=90_000))
    assert await lowest(accommodation, room_type) == 90_000
    await host.get(OPEN, input=nights(5, 6, price=50_000))
    assert await lowest(accommodation, room_type) == 50_000
    cheapest = ask.hold(room_type.id, 5, 6)
    await ask("hold-nights", cheapest)
    assert await lowest(accommodation, room_type) == 90_000
    await ask("confirm-hold", cheapest)
    assert await lowest(accommodation, room_type) == 90_000
    await ask("release-hold", cheapest)
    assert await lowest(accommodation, room_type) == 50_000
    await host.get(CHANGE_NIGHTS, input=nights(5, 6, closed=True))
    assert await lowest(accommodation, room_type) == 90_000
    await host.get(CHANGE_NIGHTS, input=nights(0, 2, price=70_000))
    assert await lowest(accommodation, room_type) == 70_000
    await host.get(CHANGE_NIGHTS, input=nights(0, 6, units=0))
    assert await lowest(accommodation, room_type) is None
    await host.get(CHANGE_NIGHTS, input=nights(0, 6, units=1, closed=False))
    assert await lowest(accommodation, room_type) == 50_000
    await ensure_prices_are_true(accommodation)
    other = await host.create_room_type(room_type.accommodation_id)
    await host.get(OPEN, input=nights(0, 1) | {"roomTypeId": other, "price": 10})
    assert await lowest(accommodation, room_type) == 10
    await host.get(DELETE_ROOM_TYPE, id=other)
    assert await lowest(accommodation, room_type) == 50_000


async def test_a_night_that_is_over_is_the_lowest_no_more_before_and_after_the_job_has_run(
    accommodation: SubgraphUnderTest, places: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    room_type = await places.add_room_type(await places.add())
    for day, price in ((0, 10), (1, 30), (2, 20), (3, 40)):
        await places.open(room_type, day, day + 1, price=price)
    now = clock.now()
    for days, price in ((0, 10), (1, 20), (2, 20), (3, 40), (4, None)):
        later = now + timedelta(days=days)
        monkeypatch.setattr(clock, "now", lambda later=later: later)
        assert await lowest(accommodation, room_type) == price
        await renew_prices_of_over_nights(accommodation.database, accommodation.settings)  # type: ignore[arg-type]
        assert await lowest(accommodation, room_type) == price


async def test_once_renewed_nothing_is_left_to_renew(
    accommodation: SubgraphUnderTest, places: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await places.add_room(days=2)
    later = clock.now() + timedelta(days=5)
    monkeypatch.setattr(clock, "now", lambda: later)
    await renew_prices_of_over_nights(accommodation.database, accommodation.settings)  # type: ignore[arg-type]
    async with accommodation.database.reading() as session:
        rows = (await session.execute(text("SELECT price, until::text FROM lowest_prices"))).all()
    assert [tuple(row) for row in rows] == [(None, "infinity")]


async def test_a_price_is_true_whatever_many_people_do_at_once(
    accommodation: SubgraphUnderTest, places: Any, ask: Any, host: Person
) -> None:
    rooms = [await places.add_room_type(await places.add(host_id=host.id), units=1) for _ in range(3)]
    for room_type in rooms:
        for day in range(8):
            await places.open(room_type, day, day + 1, price=(day % 3 + 1) * 10_000)

    async def guest(luck: random.Random) -> None:
        for _ in range(8):
            first = luck.randrange(7)
            command = ask.hold(luck.choice(rooms).id, first, luck.randint(first + 1, 8), guests=1)
            await accommodation.handle("accommodation.hold-nights", command)
            await accommodation.handle(f"accommodation.{luck.choice(['confirm-hold', 'release-hold'])}", command)

    async def changing(luck: random.Random) -> None:
        for _ in range(12):
            first = luck.randrange(7)
            dates = {"from": str(places.day(first)), "to": str(places.day(first + 2))}
            change = {"price": luck.randint(1, 3) * 10_000, "closed": luck.random() < 0.3}
            await host.get(CHANGE_NIGHTS, input={"roomTypeId": str(luck.choice(rooms).id)} | dates | change)

    await asyncio.gather(
        *(guest(random.Random(at)) for at in range(8)), *(changing(random.Random(-at)) for at in (1, 2))
    )
    await ensure_prices_are_true(accommodation)
