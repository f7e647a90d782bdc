"""Shards: each has one owner at most, those who are there share evenly, those who go leave theirs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis.database import Database
from chassis.outbox import SHARDS
from chassis.shards import Shards
from tests.chassis.notes import until

EVERYTHING = set(range(SHARDS))
HELD = text(
    "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database "
    "WHERE datname = current_database() AND locktype = 'advisory'"
)


def nothing() -> None: ...


@pytest.fixture
async def relays(database: Database) -> AsyncIterator[AsyncExitStack]:
    async def nobody_is_left() -> bool:
        async with database.reading() as session:
            return bool((await session.execute(HELD)).scalar_one() == 0)

    await until(nobody_is_left)  # a server lets go of locks when it has noticed that a connection is closed
    async with AsyncExitStack() as opened:
        yield opened


async def join(relays: AsyncExitStack, database: Database) -> Shards:
    return await relays.enter_async_context(Shards.open(database, nothing))


async def share(*shards: Shards) -> list[int]:
    """As the relays do it, over and over, until nothing changes; how many each has then."""
    for _ in range(2):
        for each in shards:
            await each.share(busy=())
    owned = [each.owned for each in shards]
    assert sum(len(each) for each in owned) == len(set().union(*owned))
    return sorted(len(each) for each in owned)


async def test_one_alone_owns_everything(relays: AsyncExitStack, database: Database) -> None:
    alone = await join(relays, database)
    assert alone.owned == set()
    await alone.share(busy=())
    assert alone.owned == EVERYTHING


async def test_those_who_are_there_share_evenly(relays: AsyncExitStack, database: Database) -> None:
    first = await join(relays, database)
    assert await share(first) == [16]
    second = await join(relays, database)
    assert await share(first, second) == [8, 8]
    third = await join(relays, database)
    owned = await share(first, second, third)
    assert sum(owned) == SHARDS
    assert max(owned) <= 6
    assert first.owned | second.owned | third.owned == EVERYTHING


async def test_whoever_goes_leaves_its_shards_to_the_others(relays: AsyncExitStack, database: Database) -> None:
    stays = await join(relays, database)
    async with Shards.open(database, nothing) as goes:
        assert await share(stays, goes) == [8, 8]
    async with asyncio.timeout(10):
        while await share(stays) != [16]:
            await asyncio.sleep(0.01)


async def test_a_busy_shard_is_read_no_more_but_kept_until_it_is_not_busy(
    relays: AsyncExitStack, database: Database
) -> None:
    first = await join(relays, database)
    await first.share(busy=())
    second = await join(relays, database)
    await first.share(busy=EVERYTHING)
    assert len(first.owned) == 8
    await second.share(busy=())
    assert second.owned == set()
    await first.share(busy=first.owned)
    await second.share(busy=())
    assert second.owned == EVERYTHING - first.owned


async def test_a_shard_that_was_to_be_left_is_taken_back_when_one_is_alone_again(
    relays: AsyncExitStack, database: Database
) -> None:
    first = await join(relays, database)
    await first.share(busy=())
    async with Shards.open(database, nothing):
        await first.share(busy=EVERYTHING)
        assert len(first.owned) == 8
    async with asyncio.timeout(10):
        while first.owned != EVERYTHING:
            await first.share(busy=EVERYTHING)


async def test_many_who_ask_at_once_never_own_the_same(relays: AsyncExitStack, database: Database) -> None:
    everybody = [await join(relays, database) for _ in range(5)]
    for _ in range(5):
        await asyncio.gather(*(each.share(busy=()) for each in everybody))
        owned = [shard for each in everybody for shard in each.owned]
        assert len(owned) == len(set(owned))
    assert set(owned) == EVERYTHING


async def test_with_its_connection_the_owner_loses_the_means_to_act(relays: AsyncExitStack, database: Database) -> None:
    called = asyncio.Event()
    loser = await relays.enter_async_context(Shards.open(database, called.set))
    await loser.share(busy=())
    called.clear()
    connection = (await loser._connection.get_raw_connection()).driver_connection
    assert connection is not None
    connection.terminate()
    await asyncio.wait_for(called.wait(), 10)
    with pytest.raises(DBAPIError):
        await loser.share(busy=())
    for _ in range(3):  # nor does it get another connection by asking on
        with pytest.raises(ConnectionError):
            await loser.share(busy=())
    heir = await join(relays, database)
    async with asyncio.timeout(10):
        while heir.owned != EVERYTHING:
            await heir.share(busy=())


async def test_the_doorbell_calls_the_owner(relays: AsyncExitStack, database: Database) -> None:
    called = asyncio.Event()
    await relays.enter_async_context(Shards.open(database, called.set))
    await database.doorbell.ring()
    await asyncio.wait_for(called.wait(), 10)
