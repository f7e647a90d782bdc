"""Nights are opened and changed by hosts."""

import asyncio
import random
from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import select

from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.accommodation.calendar.tables import NightChange
from tests.accommodation.backoffice import CHANGE_NIGHTS, OPEN, Person, an_administrator
from tests.accommodation.calendar.books import ensure_nights_agree

CALENDAR = """query ($of: [_Any!]!, $from: Date!, $to: Date!) { _entities(representations: $of) {
    ... on RoomType { calendar(from: $from, to: $to) { date price { amount } units held sold closed minNights } } } }"""


async def calendar(person: Person, places: Any, room_type: str, first: int = 0, end: int = 366) -> list[dict[str, Any]]:
    given = {"from": str(places.day(first)), "to": str(places.day(end))}
    of = [{"__typename": "RoomType", "id": room_type}]
    found: list[dict[str, Any]] = (await person.get(CALENDAR, of=of, **given))[0]["calendar"]
    return found


@pytest.fixture
async def room_type(host: Person) -> str:
    """Three rooms at 90,000 a night; nothing is on sale yet."""
    return await host.create_room_type(await host.create())


def dates(places: Any, room_type: str, first: int, end: int, **fields: Any) -> dict[str, Any]:
    return {"roomTypeId": room_type, "from": str(places.day(first)), "to": str(places.day(end))} | fields


async def test_nights_are_opened_as_the_room_type_says_and_open_ones_are_left_alone(
    places: Any, host: Person, room_type: str
) -> None:
    left_out = [str(places.day(1))]
    opened = await host.get(OPEN, input=dates(places, room_type, 0, 4, **{"except": left_out}))
    usual = {"price": {"amount": 90_000}, "units": 3, "held": 0, "sold": 0, "closed": False, "minNights": 1}
    assert opened == [usual | {"date": str(places.day(ahead))} for ahead in (0, 2, 3)]
    given = {"price": 120_000, "units": 1, "minNights": 2}
    again = await host.get(OPEN, input=dates(places, room_type, 0, 5, **given))
    new = usual | {"price": {"amount": 120_000}, "units": 1, "minNights": 2}
    expected = [(new if ahead in {1, 4} else usual) | {"date": str(places.day(ahead))} for ahead in range(5)]
    assert again == expected
    assert await calendar(host, places, room_type) == expected


async def test_nights_of_some_weekdays_are_changed_and_what_is_left_out_stays(
    places: Any, host: Person, room_type: str
) -> None:
    before = await host.get(OPEN, input=dates(places, room_type, 0, 14))
    weekend = {"weekdays": ["FRIDAY", "SATURDAY"]}
    changed = await host.get(CHANGE_NIGHTS, input=dates(places, room_type, 0, 14, price="150000.9", **weekend))
    expected = [
        night | {"price": {"amount": 150_000}} if date.fromisoformat(night["date"]).weekday() in {4, 5} else night
        for night in before
    ]
    assert await calendar(host, places, room_type) == expected
    assert changed == [night for night in expected if night["price"]["amount"] == 150_000]
    assert len(changed) == 4
    everything = {"closed": True, "minNights": 3, "units": 0}
    await host.get(CHANGE_NIGHTS, input=dates(places, room_type, 2, 4, **everything))
    expected[2:4] = [night | everything for night in expected[2:4]]
    assert await calendar(host, places, room_type) == expected


async def test_a_date_that_is_not_on_sale_is_not_put_on_sale_by_a_change(
    places: Any, host: Person, room_type: str
) -> None:
    assert await host.get(CHANGE_NIGHTS, input=dates(places, room_type, 0, 9, price=1)) == []
    assert await calendar(host, places, room_type) == []


async def test_units_never_fall_below_what_is_held_and_sold(places: Any, host: Person) -> None:
    room = await places.add_room_type(await places.add(host_id=host.id), units=3)
    await places.open(room, 0, 2)
    await places.open(room, 2, 3, held=1, sold=1)
    before = await calendar(host, places, str(room.id))
    answer = await host.ask(CHANGE_NIGHTS, input=dates(places, str(room.id), 0, 3, units=1, price=5))
    assert answer.codes == ["NIGHTS_TAKEN"]
    extensions = answer.errors[0]["extensions"]
    assert (extensions["date"], extensions["taken"]) == (str(places.day(2)), 2)
    assert await calendar(host, places, str(room.id)) == before
    await host.get(CHANGE_NIGHTS, input=dates(places, str(room.id), 0, 3, units=2))
    after = await calendar(host, places, str(room.id))
    assert [night["units"] for night in after] == [2, 2, 2]


@pytest.mark.parametrize(
    ("first", "end", "field", "code"),
    [
        (-1, 3, "from", "IN_THE_PAST"),
        (0, 0, "to", "OUT_OF_RANGE"),
        (3, 2, "to", "OUT_OF_RANGE"),
        (0, 367, "to", "OUT_OF_RANGE"),
        (700, 735, "to", "TOO_FAR_AHEAD"),
    ],
)
@pytest.mark.parametrize("document", [OPEN, CHANGE_NIGHTS])
async def test_dates_out_of_bounds_are_refused(
    places: Any, host: Person, room_type: str, document: str, first: int, end: int, field: str, code: str
) -> None:
    answer = await host.ask(document, input=dates(places, room_type, first, end))
    assert answer.codes == ["INVALID_INPUT"]
    assert {"field": field, "code": code} in answer.errors[0]["extensions"]["fields"]
    assert await calendar(host, places, room_type, -3, 3) == []


@pytest.mark.parametrize(
    ("document", "given", "fields"),
    [
        (OPEN, {"price": -1}, ["price"]),
        (OPEN, {"units": 0, "minNights": 0}, ["units", "minNights"]),
        (CHANGE_NIGHTS, {"price": "1000000000001"}, ["price"]),
        (CHANGE_NIGHTS, {"units": -1, "minNights": 731}, ["units", "minNights"]),
        (CHANGE_NIGHTS, {"weekdays": [], "price": 1}, ["weekdays"]),
    ],
)
async def test_what_no_night_can_be_is_refused_by_field(
    places: Any, host: Person, room_type: str, document: str, given: dict[str, Any], fields: list[str]
) -> None:
    before = await host.get(OPEN, input=dates(places, room_type, 0, 2))
    answer = await host.ask(document, input=dates(places, room_type, 0, 5, **given))
    assert answer.codes == ["INVALID_INPUT"]
    assert [each["field"] for each in answer.errors[0]["extensions"]["fields"]] == fields
    assert await calendar(host, places, room_type) == before


async def test_who_did_what_to_nights_is_kept(
    accommodation: SubgraphUnderTest, places: Any, host: Person, room_type: str
) -> None:
    administrator = an_administrator(accommodation)
    await host.get(OPEN, input=dates(places, room_type, 0, 4))
    await host.get(OPEN, input=dates(places, room_type, 0, 4))
    await administrator.get(CHANGE_NIGHTS, input=dates(places, room_type, 0, 2, price=70_000, weekdays=["MONDAY"]))
    await administrator.get(CHANGE_NIGHTS, input=dates(places, room_type, 0, 2, price=70_000, closed=True))
    async with accommodation.database.reading() as session:
        rows = (await session.exec(select(NightChange).order_by(NightChange.id))).all()  # type: ignore[arg-type]
    assert (rows[0].kind, rows[0].changed_by) == ("OPENED", host.id)
    last = rows[-1]
    assert (last.kind, last.changed_by, last.first, last.end, last.asked) == (
        "CHANGED",
        administrator.id,
        places.day(0),
        places.day(2),
        {"price": "70000", "closed": True},
    )
    assert sum(row.kind == "OPENED" for row in rows) == 1


async def test_a_year_of_50_room_types_in_one_call_takes_few_statements_for_each(
    accommodation: SubgraphUnderTest, places: Any, host: Person
) -> None:
    place = await host.create()
    rooms = [await host.create_room_type(place) for _ in range(50)]
    fields = [f"_{at}: openNights(input: $_{at}) {{ date }}" for at in range(50)]
    names = ", ".join(f"$_{at}: OpenNightsInput!" for at in range(50))
    variables = {f"_{at}": dates(places, room, 0, 365) for at, room in enumerate(rooms)}
    accommodation.sql.clear()
    answer = await host.ask(f"mutation ({names}) {{ {' '.join(fields)} }}", **variables)
    assert answer.errors == []
    assert {len(nights) for nights in answer.data.values()} == {365}
    # Lock the room type, insert its nights, note who did it, read them again.
    counted = Counter(each.split()[0] for each in accommodation.sql)
    assert (counted["SELECT"], counted["INSERT"], counted["UPDATE"]) == (100, 100, 0)


async def test_two_hosts_and_many_guests_at_once_lose_nothing_and_oversell_nothing(
    accommodation: SubgraphUnderTest, places: Any, ask: Any, host: Person
) -> None:
    rooms = [await places.add_room(host_id=host.id, units=3, days=12) for _ in range(2)]
    dice = random.Random(7)
    administrator = an_administrator(accommodation)
    prices = [Decimal(100 + at) for at in range(12)]

    async def reprice(person: Person, days: range) -> None:
        """Each night is priced by one of the two, so that a lost update would show."""
        for ahead in days:
            for room in rooms:
                given = dates(places, str(room.id), ahead, ahead + 1, price=str(prices[ahead]))
                await person.get(CHANGE_NIGHTS, input=given)

    async def resize(person: Person, luck: random.Random) -> None:
        for _ in range(12):
            room, units = luck.choice(rooms), luck.randint(0, 4)
            answer = await person.ask(CHANGE_NIGHTS, input=dates(places, str(room.id), 0, 12, units=units))
            assert answer.codes in ([], ["NIGHTS_TAKEN"]), answer.errors

    async def guest(luck: random.Random) -> None:
        for _ in range(8):
            first = luck.randrange(11)
            command = ask.hold(luck.choice(rooms).id, first, luck.randint(first + 1, 12), guests=1)
            await accommodation.handle("accommodation.hold-nights", command)
            verb = luck.choice(["confirm-hold", "release-hold", "extend-hold"])
            await accommodation.handle(f"accommodation.{verb}", command)

    await asyncio.gather(
        reprice(host, range(0, 12, 2)),
        reprice(administrator, range(1, 12, 2)),
        resize(host, random.Random(1)),
        resize(administrator, random.Random(2)),
        *(guest(random.Random(dice.random())) for _ in range(6)),
    )
    await ensure_nights_agree(accommodation.database)
    for room in rooms:
        nights = await calendar(host, places, str(room.id))
        assert [night["price"]["amount"] for night in nights] == prices
        assert all(night["held"] + night["sold"] <= night["units"] for night in nights)


async def test_nights_of_no_room_type_are_not_found(places: Any, host: Person) -> None:
    for document in (OPEN, CHANGE_NIGHTS):
        assert (await host.ask(document, input=dates(places, str(uuid7()), 0, 1))).codes == ["NOT_FOUND"]
        answer = await host.ask(document, input=dates(places, "mine", 0, 1))
        assert answer.codes == ["INVALID_INPUT"]
