"""Crowds: read once for all who watch; whoever is slow gets the newest; a failure reaches all, and ends there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing

import pytest

from chassis.cache import Cache
from chassis.crowds import Crowds
from chassis.errors import NotFound
from tests.chassis import notes
from tests.chassis.test_watch import PATIENCE, State, following


@pytest.fixture
async def crowds(cache: Cache) -> AsyncIterator[Crowds[str]]:
    made = Crowds[str](cache, every=60)
    yield made
    await made.close()


async def test_however_many_watch_what_is_new_is_read_once(cache: Cache, crowds: Crowds[str]) -> None:
    state = State()
    async with AsyncExitStack() as stack:
        watchers = [await stack.enter_async_context(aclosing(crowds.watch("it", state.read))) for _ in range(50)]
        assert [await following(each) for each in watchers] == ["state 0"] * 50
        before, state.version = state.reads, 1
        await cache.nudge("it")
        assert await asyncio.gather(*map(following, watchers)) == ["state 1"] * 50
        assert state.reads == before + 1


async def test_whoever_comes_to_a_crowd_sees_what_is_and_not_what_it_saw_last(crowds: Crowds[str]) -> None:
    state = State()
    async with aclosing(crowds.watch("it", state.read)) as first, aclosing(crowds.watch("it", state.read)) as late:
        assert await following(first) == "state 0"
        state.version = 1
        assert await following(late) == "state 1"


async def test_a_slow_one_gets_the_newest_and_holds_up_nobody(cache: Cache, crowds: Crowds[str]) -> None:
    state = State()
    async with aclosing(crowds.watch("it", state.read)) as slow, aclosing(crowds.watch("it", state.read)) as quick:
        assert [await following(slow), await following(quick)] == ["state 0"] * 2
        for version in range(1, 10):
            state.version = version
            await cache.nudge("it")
            assert await following(quick) == f"state {version}"
        assert await following(slow) == "state 9"
        state.version = 10
        await cache.nudge("it")
        assert [await following(slow), await following(quick)] == ["state 10"] * 2


async def test_an_older_version_never_follows_a_newer_one(cache: Cache, crowds: Crowds[str]) -> None:
    state = State()
    async with aclosing(crowds.watch("it", state.read)) as first, aclosing(crowds.watch("it", state.read)) as late:
        assert await following(first) == "state 0"
        state.version = 5
        assert await following(late) == "state 5"
        ahead, state.version = asyncio.create_task(following(late)), 3
        await cache.nudge("it")
        assert await following(first) == "state 3"
        assert not ahead.done()
        state.version = 6
        await cache.nudge("it")
        assert await ahead == "state 6"


async def test_what_fails_fails_for_all_and_is_begun_anew(cache: Cache, crowds: Crowds[str]) -> None:
    state = State()
    async with aclosing(crowds.watch("it", state.read)) as first, aclosing(crowds.watch("it", state.read)) as second:
        assert [await following(first), await following(second)] == ["state 0"] * 2
        state.failure = NotFound("It is gone.")
        await cache.nudge("it")
        for watcher in (first, second):
            with pytest.raises(NotFound):
                await following(watcher)
        state.failure = None
        async with aclosing(crowds.watch("it", state.read)) as third:
            assert await following(third) == "state 0"
            state.version = 1
            await cache.nudge("it")
            assert await following(third) == "state 1"


async def test_the_first_is_told_what_went_wrong(crowds: Crowds[str]) -> None:
    state = State()
    state.failure = ConnectionRefusedError()
    async with aclosing(crowds.watch("it", state.read)) as first:
        with pytest.raises(ConnectionRefusedError):
            await following(first)


async def test_infrastructure_that_goes_away_is_waited_for(cache: Cache) -> None:
    state, crowds = State(), Crowds[str](cache, every=0.02)
    async with aclosing(crowds.watch("it", state.read)) as watcher:
        assert await following(watcher) == "state 0"
        state.failure, state.version = ConnectionRefusedError(), 1
        await state.next_read()
        await state.next_read()
        state.failure = None
        assert await following(watcher) == "state 1"


async def test_the_channel_is_left_with_the_last_of_them(cache: Cache, crowds: Crowds[str]) -> None:
    async def left() -> bool:
        return await cache.redis.pubsub_numsub("mine alone") == [("mine alone", 0)]

    state = State()
    async with aclosing(crowds.watch("mine alone", state.read)) as first:
        await following(first)
        async with aclosing(crowds.watch("mine alone", state.read)) as second:
            await following(second)
        assert await cache.redis.pubsub_numsub("mine alone") == [("mine alone", 1)]
    await notes.until(left)


async def test_closing_ends_the_following(cache: Cache) -> None:
    state, crowds = State(), Crowds[str](cache, every=0.01)
    async with aclosing(crowds.watch("it", state.read)) as watcher:
        await following(watcher)
        [crowd] = crowds._crowds.values()
        await asyncio.wait_for(crowds.close(), PATIENCE)
        assert crowd.following.cancelled()
