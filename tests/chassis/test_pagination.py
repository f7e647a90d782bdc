"""Pages by keyset on a real database: complete, in order, and stable while rows come and go."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    Integer,
    MetaData,
    Numeric,
    SmallInteger,
    String,
    Table,
    Time,
    Uuid,
    event,
    func,
    insert,
    select,
)
from sqlalchemy import Enum as EnumColumn
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from chassis.cursors import Order
from chassis.errors import InvalidInput
from chassis.pagination import Page, page
from tests.chassis.notes import Settings


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


things = Table(
    "things",
    MetaData(),
    Column("id", Uuid, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("small", SmallInteger, nullable=False),
    Column("big", BigInteger, nullable=False),
    Column("price", Numeric(12, 2), nullable=False),
    Column("rating", Double),
    Column("name", String, nullable=False),
    Column("day", Date, nullable=False),
    Column("hour", Time, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("open", Boolean, nullable=False),
    Column("colour", EnumColumn(Colour, native_enum=False), nullable=False),
)
COUNT = 23


def thing(number: int) -> dict[str, Any]:
    return {
        "id": UUID(int=number),
        "number": number,
        "small": number % 3,
        "big": -number * 10**12,
        "price": Decimal(number) / 4,
        "rating": None if number % 4 == 0 else number % 5 / 2,
        "name": f"thing {number % 6} 'quoted' 이름",
        "day": date(2026, 5, 1) + timedelta(days=number % 7),
        "hour": time(number % 5, 30),
        "at": datetime(2026, 5, 1, 0, 0, 0, number % 4, UTC),
        "open": number % 2 == 0,
        "colour": Colour.RED if number % 3 else Colour.BLUE,
    }


@pytest.fixture(scope="module")
async def session(notes_settings: Settings) -> AsyncIterator[AsyncSession]:
    engine = create_async_engine(notes_settings.service_database_url)
    async with engine.connect() as connection, AsyncSession(connection) as opened:
        await connection.run_sync(things.metadata.create_all)
        await opened.execute(insert(things), [thing(number) for number in range(1, COUNT + 1)])
        yield opened
        await opened.rollback()
    await engine.dispose()


async def walked(session: AsyncSession, order: Sequence[Order], first: int) -> list[int]:
    """The numbers of all rows, page after page."""
    found: list[int] = []
    after = None
    while True:
        got: Page[Any] = await page(
            session, select(things.c.number), order=order, first=first, after=after, count=False
        )
        found += got.rows
        assert got.has_previous is (after is not None)
        if not got.has_next:
            return found
        assert len(got.rows) == first
        after = got.cursors[-1]


c = things.c
ORDERS = {
    "a number": [Order(c.number)],
    "a number, from the top": [Order(c.number, descending=True)],
    "a small number": [Order(c.small), Order(c.id)],
    "a big number": [Order(c.big, descending=True), Order(c.id, descending=True)],
    "money": [Order(c.price, descending=True), Order(c.id, descending=True)],
    "words": [Order(c.name), Order(c.id)],
    "a day": [Order(c.day), Order(c.id)],
    "an hour": [Order(c.hour, descending=True), Order(c.id)],
    "an instant": [Order(c.at, descending=True), Order(c.id, descending=True)],
    "yes and no": [Order(c.open), Order(c.id)],
    "a colour": [Order(c.colour), Order(c.id)],
    "both directions": [Order(c.small, descending=True), Order(c.day), Order(c.id, descending=True)],
    "what may be missing": [Order(c.rating, nullable=True), Order(c.id)],
    "what may be missing, from the top": [Order(c.rating, descending=True, nullable=True), Order(c.id)],
    "an expression": [Order(func.abs(c.big % 7, type_=BigInteger())), Order(c.id)],
}


@pytest.mark.parametrize("name", ORDERS)
@pytest.mark.parametrize("first", [1, 5, COUNT, 100])
async def test_pages_together_are_all_rows_in_order_each_once(session: AsyncSession, name: str, first: int) -> None:
    order = ORDERS[name]
    expected = (await session.execute(select(c.number).order_by(*(each.clause for each in order)))).scalars().all()
    assert await walked(session, order, first) == expected
    assert len(expected) == COUNT


async def test_missing_values_come_last_whichever_way(session: AsyncSession) -> None:
    missing = {number for number in range(1, COUNT + 1) if number % 4 == 0}
    for name in ("what may be missing", "what may be missing, from the top"):
        assert set((await walked(session, ORDERS[name], 4))[-len(missing) :]) == missing


async def test_a_page_is_stable_while_rows_are_added_and_taken_away(session: AsyncSession) -> None:
    order = [Order(c.number)]
    async with session.begin_nested() as savepoint:
        one = await page(session, select(c.number), order=order, first=5, after=None, count=True)
        assert (one.rows, one.total) == ([1, 2, 3, 4, 5], COUNT)
        await session.execute(insert(things), [thing(0), thing(1) | {"id": UUID(int=99), "number": -1}])
        await session.execute(things.delete().where(c.number == 5))
        two = await page(session, select(c.number), order=order, first=5, after=one.cursors[-1], count=True)
        assert (two.rows, two.total) == ([6, 7, 8, 9, 10], COUNT + 1)
        await savepoint.rollback()


async def test_conditions_of_the_statement_hold_for_rows_and_total(session: AsyncSession) -> None:
    statement = select(c.number).where(c.open)
    got = await page(session, statement, order=[Order(c.number)], first=3, after=None, count=True)
    assert (got.rows, got.total, got.has_next) == ([2, 4, 6], 11, True)


async def test_several_columns_come_as_rows(session: AsyncSession) -> None:
    statement = select(c.number, c.small)
    got = await page(session, statement, order=[Order(c.number)], first=2, after=None, count=False)
    assert [tuple(row) for row in got.rows] == [(1, 1), (2, 2)]
    assert got.total is None


async def test_an_empty_page_has_no_cursors(session: AsyncSession) -> None:
    statement = select(c.number).where(c.number > 1_000)
    got = await page(session, statement, order=[Order(c.number)], first=2, after=None, count=True)
    assert got == Page(rows=[], cursors=[], has_next=False, has_previous=False, total=0)


@pytest.mark.parametrize("first", [0, -1, 101])
async def test_a_page_size_out_of_range_is_refused(session: AsyncSession, first: int) -> None:
    with pytest.raises(InvalidInput) as refused:
        await page(session, select(c.number), order=[Order(c.number)], first=first, after=None, count=False)
    assert refused.value.extensions["fields"] == [{"field": "first", "code": "OUT_OF_RANGE"}]


async def test_a_count_is_one_statement_and_only_when_asked(session: AsyncSession) -> None:
    said: list[str] = []
    connection = (await session.connection()).sync_connection
    event.listen(connection, "before_cursor_execute", lambda *given: said.append(given[2]))
    order = [Order(c.number)]
    await page(session, select(c.number), order=order, first=2, after=None, count=False)
    assert len(said) == 1
    await page(session, select(c.number), order=order, first=2, after=None, count=True)
    assert len(said) == 3
    assert "count" in said[2]
