"""The inbox: a message is new once, also when two take it at the same moment, and is remembered long enough."""

import asyncio
from datetime import timedelta

import pytest

from chassis import clock, inbox
from chassis.database import Database
from chassis.ids import uuid7
from chassis.inbox import first_time, first_times
from tests.chassis import notes


async def test_a_message_is_new_once(database: Database) -> None:
    message = uuid7()
    async with database.transaction() as session:
        assert await first_time(session, "notes", message)
        assert not await first_time(session, "notes", message)
    async with database.transaction() as session:
        assert not await first_time(session, "notes", message)
        assert await first_time(session, "another", message)


async def test_what_was_rolled_back_is_new_again(database: Database) -> None:
    message = uuid7()

    async def fail() -> None:
        async with database.transaction() as session:
            assert await first_time(session, "notes", message)
            raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        await fail()
    assert await notes.rows(database, "inbox") == []
    async with database.transaction() as session:
        assert await first_time(session, "notes", message)


async def test_of_many_the_new_ones_are_told(database: Database) -> None:
    old, new = [uuid7() for _ in range(3)], [uuid7() for _ in range(3)]
    async with database.transaction() as session:
        assert await first_times(session, "notes", old) == set(old)
    async with database.transaction() as session:
        assert await first_times(session, "notes", [*old, *new, *new]) == set(new)
        assert await first_times(session, "notes", []) == set()
    assert await notes.count(database, "inbox") == 6


async def test_whoever_comes_second_waits_for_the_first_and_finds_it_done(database: Database) -> None:
    message, taken, go_on = uuid7(), asyncio.Event(), asyncio.Event()

    async def slow() -> bool:
        async with database.transaction() as session:
            new = await first_time(session, "notes", message)
            taken.set()
            await go_on.wait()
        return new

    async def second() -> bool:
        async with database.transaction() as session:
            return await first_time(session, "notes", message)

    first_task = asyncio.create_task(slow())
    await taken.wait()
    second_task = asyncio.create_task(second())
    done, _ = await asyncio.wait([second_task], timeout=0.2)
    assert not done
    go_on.set()
    assert await first_task
    assert not await second_task


async def test_batches_with_the_same_messages_in_any_order_do_not_lock_each_other_out(database: Database) -> None:
    messages = [uuid7() for _ in range(200)]

    async def take(turned: bool) -> int:
        async with database.transaction() as session:
            return len(await first_times(session, "notes", reversed(messages) if turned else messages))

    taken = await asyncio.gather(*(take(turned=bool(number % 2)) for number in range(8)))
    assert sorted(taken) == [0] * 7 + [200]


async def test_only_old_ones_are_forgotten(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now()
    old, new = [uuid7() for _ in range(7)], uuid7()
    async with database.transaction() as session:
        monkeypatch.setattr(clock, "now", lambda: now - timedelta(days=15))
        await first_times(session, "notes", old)
        monkeypatch.setattr(clock, "now", lambda: now - timedelta(days=13))
        await first_time(session, "notes", new)
    assert await inbox.purge(database, now - timedelta(days=14), at_once=3) == 7
    assert [row.message_id for row in await notes.rows(database, "inbox")] == [new]
