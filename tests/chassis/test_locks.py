"""Locks that belong to no row: one at a time is alone, and whoever outwaits others waits for all of them."""

import asyncio

import pytest
from sqlalchemy import text

from chassis.database import Database
from chassis.locks import alone, outwait, share


async def test_one_at_a_time_is_alone_with_a_name(database: Database) -> None:
    async with alone(database, "sweep") as first, alone(database, "sweep") as second, alone(database, "mow") as other:
        assert (first, second, other) == (True, False, True)
    async with alone(database, "sweep") as again:
        assert again is True


async def test_what_fails_inside_leaves_the_name_to_others(database: Database) -> None:
    async def fail() -> None:
        async with alone(database, "sweep"):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with alone(database, "sweep") as mine:
        assert mine


async def test_a_connection_that_breaks_leaves_the_name_to_others(database: Database) -> None:
    # The locks of a server are of all its databases, and of others beside this test.
    cut = """SELECT pg_terminate_backend(pid, 30000) FROM pg_locks JOIN pg_database ON pg_database.oid = database
        WHERE datname = current_database() AND locktype = 'advisory' AND pid <> pg_backend_pid()"""
    async with alone(database, "sweep") as mine:
        assert mine
        async with database.transaction() as session:
            await session.execute(text(cut))
        async with alone(database, "sweep") as another:
            assert another
    async with alone(database, "sweep") as mine:
        assert mine


async def test_all_who_share_a_name_are_outwaited_and_whoever_comes_later_waits(database: Database) -> None:
    order: list[str] = []
    sharing, waiting = asyncio.Barrier(4), asyncio.Event()

    async def one(name: str) -> None:
        async with database.transaction() as session:
            await share(session, "relays")
            if name == "early":
                await sharing.wait()
            await waiting.wait()
            order.append(name)

    async def outwaiting() -> None:
        async with database.transaction() as session:
            await outwait(session, "relays")
            order.append("all")

    early = [asyncio.create_task(one("early")) for _ in range(3)]
    await sharing.wait()
    outwaits = asyncio.create_task(outwaiting())
    await until_somebody_waits(database)
    late = asyncio.create_task(one("late"))
    waiting.set()
    await asyncio.gather(*early, outwaits, late)
    assert order == ["early", "early", "early", "all", "late"]


async def until_somebody_waits(database: Database) -> None:
    waits = text(
        "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database "
        "WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted"
    )
    async with asyncio.timeout(30):
        while True:
            async with database.reading() as session:
                if (await session.execute(waits)).scalar_one():
                    return
            await asyncio.sleep(0.01)
