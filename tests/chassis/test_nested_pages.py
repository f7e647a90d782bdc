"""A page for each of many owners: the same as one by one, with as many statements as for one."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, Uuid, event, insert, select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlmodel import col

from chassis import clock
from chassis.cursors import Order
from chassis.database import Database
from chassis.errors import InvalidInput
from chassis.nested_pages import pages_by_owner, pages_in_order
from chassis.pagination import Page, page
from tests.chassis.notes import Note, Settings

boxes = Table("boxes", MetaData(), Column("id", Integer, primary_key=True), Column("place", String, nullable=False))
things = Table(
    "boxed_things",
    boxes.metadata,
    Column("id", Uuid, primary_key=True),
    Column("box", Integer, nullable=False),
    Column("size", Integer, nullable=False),
)
BOXES = (1, 2, 3, 4, 5)
ORDER = [Order(things.c.size, descending=True), Order(things.c.id)]


@pytest.fixture(scope="module")
async def session(notes_settings: Settings) -> AsyncIterator[AsyncSession]:
    """Box n holds 2n - 2 things, some of one size; box 9 is nobody's question."""
    engine = create_async_engine(notes_settings.service_database_url)
    rows = [(box, at) for box in (*BOXES, 9) for at in range(2 * box - 2)]
    async with engine.connect() as connection, AsyncSession(connection) as opened:
        await connection.run_sync(boxes.metadata.create_all)
        await opened.execute(insert(boxes), [{"id": box, "place": f"shelf {box % 2}"} for box in (*BOXES, 9)])
        things_in = [{"id": UUID(int=box * 100 + at), "box": box, "size": at % 3} for box, at in rows]
        await opened.execute(insert(things), things_in)
        yield opened
        await opened.rollback()
    await engine.dispose()


async def one_by_one(session: AsyncSession, statement: Any, **asked: Any) -> dict[int, Page[Any]]:
    return {box: await page(session, statement.where(things.c.box == box), order=ORDER, **asked) for box in BOXES}


@pytest.mark.parametrize("first", [1, 3, 100])
@pytest.mark.parametrize("count", [True, False])
async def test_each_page_is_as_if_it_had_been_asked_for_alone(session: AsyncSession, first: int, count: bool) -> None:
    statement = select(things.c.id, things.c.size)
    got = await pages_by_owner(
        session, statement, things.c.box, BOXES, order=ORDER, first=first, after=None, count=count
    )
    assert got == await one_by_one(session, statement, first=first, after=None, count=count)
    assert [len(each.rows) for each in got.values()] == [min(first, 2 * box - 2) for box in BOXES]


async def test_a_cursor_goes_on_in_each(session: AsyncSession) -> None:
    statement = select(things.c.id)
    start = await page(session, statement.where(things.c.box == 4), order=ORDER, first=2, after=None, count=False)
    asked: dict[str, Any] = {"first": 3, "after": start.cursors[-1], "count": True}
    got = await pages_by_owner(session, statement, things.c.box, BOXES, order=ORDER, **asked)
    assert got == await one_by_one(session, statement, **asked)
    assert all(each.has_previous for each in got.values())


async def test_joins_and_conditions_of_the_statement_hold(session: AsyncSession) -> None:
    statement = select(things.c.id).join(boxes, boxes.c.id == things.c.box).where(boxes.c.place == "shelf 1")
    asked: dict[str, Any] = {"first": 2, "after": None, "count": True}
    got = await pages_by_owner(session, statement, things.c.box, BOXES, order=ORDER, **asked)
    assert got == await one_by_one(session, statement, **asked)
    assert [got[box].total for box in BOXES] == [0, 0, 4, 0, 8]


async def test_two_statements_whatever_the_number_of_owners(session: AsyncSession) -> None:
    said: list[str] = []
    connection = (await session.connection()).sync_connection
    event.listen(connection, "before_cursor_execute", lambda *given: said.append(given[2]))
    for owners in (BOXES, BOXES[:1]):
        said.clear()
        asked: dict[str, Any] = {"first": 2, "after": None, "count": True}
        await pages_by_owner(session, select(things.c.id), things.c.box, owners, order=ORDER, **asked)
        assert len(said) == 2


@pytest.mark.parametrize(("first", "after"), [(0, None), (101, None), (1, "nonsense")])
async def test_what_is_no_page_is_refused(session: AsyncSession, first: int, after: str | None) -> None:
    with pytest.raises(InvalidInput):
        await pages_by_owner(
            session, select(things.c.id), things.c.box, BOXES, order=ORDER, first=first, after=after, count=False
        )


async def test_deleted_rows_take_no_place_in_a_page(database: Database) -> None:
    gone = Note(words="gone", created_by=UUID(int=1), deleted_at=clock.now())
    kept = Note(words="kept", created_by=UUID(int=1))
    async with database.transaction() as opened:
        opened.add_all([gone, kept])
    asked: dict[str, Any] = {"order": [Order(col(Note.words))], "first": 1, "after": None, "count": True}
    async with database.reading() as opened:
        got = await pages_by_owner(opened, select(Note), col(Note.created_by), [UUID(int=1)], **asked)
        every = select(Note).execution_options(include_deleted=True)
        all_ = await pages_by_owner(opened, every, col(Note.created_by), [UUID(int=1)], **asked)
    [page_, of_all] = [*got.values(), *all_.values()]
    assert ([each.words for each in page_.rows], page_.has_next, page_.total) == (["kept"], False, 1)
    assert ([each.words for each in of_all.rows], of_all.has_next, of_all.total) == (["gone"], True, 2)


async def test_those_who_want_the_same_are_asked_about_together() -> None:
    asked: list[tuple[list[str], int]] = []

    async def load(owners: list[str], wish: int) -> dict[str, Page[str]]:
        asked.append((owners, wish))
        return {each: Page([f"{each}{wish}"], [], has_next=False, has_previous=False, total=None) for each in owners}

    got = await pages_in_order([("a", 1), ("b", 2), ("c", 1)], load)
    assert [each.rows for each in got] == [["a1"], ["b2"], ["c1"]]
    assert asked == [(["a", "c"], 1), (["b"], 2)]
