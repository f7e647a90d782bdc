"""Watching: what is, then what is newer; nudges that come together are one look; nothing older ever follows."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from time import monotonic
from typing import Any

import pytest
from structlog.testing import capture_logs

from chassis.cache import Cache
from chassis.watch import watch

PATIENCE = 30


class State:
    """Something with a version that is read, as slowly as one likes."""

    def __init__(self, *versions: int | None) -> None:
        self.version: int | None = 0
        self.reads = 0
        self.read_now = asyncio.Event()
        self.go = asyncio.Event()
        self.go.set()
        self.failure: Exception | None = None

    async def read(self) -> tuple[int, str] | None:
        self.reads += 1
        found = self.version
        self.read_now.set()
        await self.go.wait()
        if self.failure:
            raise self.failure
        return None if found is None else (found, f"state {found}")

    async def next_read(self) -> None:
        self.read_now.clear()
        await asyncio.wait_for(self.read_now.wait(), PATIENCE)


async def following(states: AsyncIterator[str]) -> str:
    return await asyncio.wait_for(anext(states), PATIENCE)


async def test_the_state_comes_first_and_then_what_is_newer(cache: Cache) -> None:
    state = State()
    async with aclosing(watch(cache, "it", state.read, every=60)) as states:
        assert await following(states) == "state 0"
        for version in (1, 2, 5):
            state.version = version
            await cache.nudge("it")
            assert await following(states) == f"state {version}"
    assert state.reads == 4


class Room:
    """A channel that is nudged by hand."""

    def __init__(self) -> None:
        self.nudged = asyncio.Event()

    @asynccontextmanager
    async def joined(self, _channel: str) -> AsyncIterator[asyncio.Event]:
        yield self.nudged


@pytest.mark.parametrize("passes", range(4))
async def test_who_leaves_as_the_nudge_comes_has_left(passes: int) -> None:
    room: Any = Room()
    states = watch(room, "it", State().read, every=60)
    assert await anext(states) == "state 0"
    waiting: asyncio.Task[str] = asyncio.create_task(anext(states))  # type: ignore[arg-type]
    for _ in range(5):
        await asyncio.sleep(0)
    room.nudged.set()
    for _ in range(passes):
        await asyncio.sleep(0)
    waiting.cancel()
    done, _ = await asyncio.wait({waiting}, timeout=PATIENCE)
    assert done
    assert waiting.cancelled()


async def test_a_nudge_between_joining_and_reading_is_not_lost(cache: Cache) -> None:
    state = State()
    state.go.clear()
    async with aclosing(watch(cache, "it", state.read, every=60)) as states:
        first = asyncio.create_task(following(states))
        await state.next_read()
        state.version = 1
        await cache.nudge("it")
        state.go.set()
        assert await first == "state 0"
        assert await following(states) == "state 1"


async def test_any_number_of_nudges_while_nobody_looks_are_one(cache: Cache) -> None:
    state = State()
    async with aclosing(watch(cache, "it", state.read, every=60)) as states, cache.joined("it") as mine:
        assert await following(states) == "state 0"
        state.go.clear()
        ahead = asyncio.create_task(following(states))
        state.version = 1
        await cache.nudge("it")
        await state.next_read()
        for version in range(2, 100):
            state.version = version
            mine.clear()
            await cache.nudge("it")
            await asyncio.wait_for(mine.wait(), PATIENCE)
        state.go.set()
        assert await ahead == "state 1"
        assert await following(states) == "state 99"
    assert state.reads == 3


async def test_an_older_version_never_follows_a_newer_one(cache: Cache) -> None:
    state = State()
    state.version = 5
    async with aclosing(watch(cache, "it", state.read, every=60)) as states:
        assert await following(states) == "state 5"
        ahead = asyncio.create_task(following(states))
        for version in (4, 5, None):
            state.version = version
            seen = asyncio.create_task(state.next_read())
            await asyncio.sleep(0)
            await cache.nudge("it")
            await seen
        assert not ahead.done()
        state.version = 6
        await cache.nudge("it")
        assert await ahead == "state 6"


async def test_what_is_not_there_yet_is_waited_for(cache: Cache) -> None:
    state = State()
    state.version = None
    async with aclosing(watch(cache, "it", state.read, every=60)) as states:
        ahead = asyncio.create_task(following(states))
        await state.next_read()
        state.version = 1
        await cache.nudge("it")
        assert await ahead == "state 1"


async def test_without_any_nudge_the_state_is_read_every_so_often(cache: Cache) -> None:
    state = State()
    async with aclosing(watch(cache, "it", state.read, every=0.02)) as states:
        assert await following(states) == "state 0"
        state.version = 1
        assert await following(states) == "state 1"


async def test_what_changes_by_itself_is_looked_at_when_it_does(cache: Cache) -> None:
    state, begun = State(), monotonic()
    async with aclosing(watch(cache, "it", state.read, every=60, wake=lambda _: 0.05)) as states:
        assert await following(states) == "state 0"
        state.version = 1
        assert await following(states) == "state 1"
    assert 0.05 <= monotonic() - begun < 30


async def test_however_often_it_is_nudged_it_rests_between_two_looks(cache: Cache) -> None:
    state, begun = State(), monotonic()
    async with aclosing(watch(cache, "it", state.read, every=60, rest=0.1)) as states:
        for version in range(4):
            state.version = version
            await cache.nudge("it")
            assert await following(states) == f"state {version}"
    assert monotonic() - begun >= 0.3


async def test_many_watchers_all_see_the_last_state(cache: Cache) -> None:
    state = State()

    async def until_ten() -> list[str]:
        seen = []
        async with aclosing(watch(cache, "it", state.read, every=60)) as states:
            async for found in states:
                seen.append(found)
                if found == "state 10":
                    break
        return seen

    watchers = [asyncio.create_task(until_ten()) for _ in range(100)]
    while state.reads < 100:
        await asyncio.sleep(0)
    for version in range(1, 11):
        state.version = version
        await cache.nudge("it")
    for seen in await asyncio.wait_for(asyncio.gather(*watchers), PATIENCE):
        numbers = [int(each.split()[1]) for each in seen]
        assert numbers == sorted(set(numbers))
        assert numbers[-1] == 10


async def test_infrastructure_that_goes_away_while_one_watches_is_waited_for(cache: Cache) -> None:
    state = State()
    async with aclosing(watch(cache, "it", state.read, every=0.02)) as states:
        assert await following(states) == "state 0"
        state.failure = ConnectionRefusedError()
        state.version = 1
        ahead = asyncio.create_task(following(states))
        with capture_logs() as logs:
            await state.next_read()
            await state.next_read()
        assert "state_not_read" in {entry["event"] for entry in logs}
        state.failure = None
        assert await ahead == "state 1"


@pytest.mark.parametrize("failure", [ConnectionRefusedError(), ValueError()], ids=repr)
async def test_who_asks_first_is_told_what_went_wrong(cache: Cache, failure: Any) -> None:
    state = State()
    state.failure = failure
    async with aclosing(watch(cache, "it", state.read, every=60)) as states:
        with pytest.raises(type(failure)):
            await following(states)


async def test_who_stops_watching_leaves_the_channel(cache: Cache) -> None:
    state = State()
    async with aclosing(watch(cache, "mine alone", state.read, every=60)) as states:
        await following(states)
        assert await cache.redis.pubsub_numsub("mine alone") == [("mine alone", 1)]
    async with asyncio.timeout(PATIENCE):
        while await cache.redis.pubsub_numsub("mine alone") != [("mine alone", 0)]:
            await asyncio.sleep(0.01)
