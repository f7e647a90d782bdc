"""Channels: one connection a process, joined with the first watcher, left with the last, joined again after a loss."""

import asyncio
from typing import Any
from urllib.parse import urlsplit

import pytest
from redis.asyncio import Redis
from redis.asyncio.client import PubSub

from chassis.cache import Cache
from chassis.channels import Channels
from tests.chassis import notes
from tests.chassis.proxy import Proxy

PATIENCE = 30


async def watchers_of(cache: Cache, channel: str) -> int:
    [(_, number)] = await cache.redis.pubsub_numsub(channel)
    return int(number)


async def nudged(event: asyncio.Event) -> None:
    await asyncio.wait_for(event.wait(), PATIENCE)
    event.clear()


async def test_a_nudge_reaches_all_who_watch_the_channel_and_nobody_else(cache: Cache) -> None:
    async with cache.joined("a") as first, cache.joined("a") as second, cache.joined("b") as other:
        for event in (first, second, other):
            event.clear()
        await cache.nudge("a")
        await nudged(first)
        await nudged(second)
        await cache.nudge("b")
        await nudged(other)
        assert not first.is_set()


async def test_one_nudge_may_be_for_several_channels(cache: Cache) -> None:
    async with cache.joined("a") as first, cache.joined("b") as second, cache.joined("c") as other:
        for each in (first, second, other):
            each.clear()
        await cache.nudge("a", "b")
        await nudged(first)
        await nudged(second)
        await cache.nudge("c")
        await nudged(other)


async def test_however_many_watch_there_is_one_connection(cache: Cache) -> None:
    async def subscribers() -> set[str]:
        return {each["id"] for each in await cache.redis.client_list(_type="pubsub")}

    before = await subscribers()
    async with cache.joined("a"), cache.joined("a"), cache.joined("b"), cache.joined("c"):
        assert await watchers_of(cache, "a") == 1
        assert await watchers_of(cache, "c") == 1
        assert len(await subscribers() - before) == 1


async def test_the_channel_is_left_with_its_last_watcher(cache: Cache) -> None:
    async def left() -> bool:
        return await watchers_of(cache, "a") == 0

    async with cache.joined("a") as staying:
        async with cache.joined("a"):
            pass
        staying.clear()
        await cache.nudge("a")
        await nudged(staying)
    await notes.until(left)


async def test_a_channel_can_be_joined_and_left_over_and_over(cache: Cache) -> None:
    async def come_and_go(turns: int) -> None:
        for _ in range(turns):
            async with cache.joined("a"):
                pass

    async with cache.joined("a") as staying:
        await asyncio.gather(*(come_and_go(30) for _ in range(5)))
        staying.clear()
        await cache.nudge("a")
        await nudged(staying)
    for _ in range(20):
        async with cache.joined("b") as event:
            event.clear()
            await cache.nudge("b")
            await nudged(event)


async def test_a_channel_is_joined_at_once_after_a_time_without_watchers(settings: notes.Settings) -> None:
    """A client's health checks would read the answer the listener waits for, and end it."""
    url = settings.redis_url.get_secret_value()
    resting = Cache(Redis.from_url(url, decode_responses=True, health_check_interval=0.01))
    for turn in range(5):
        async with resting.joined(f"turn-{turn}") as event:
            assert await watchers_of(resting, f"turn-{turn}") == 1
            event.clear()
            await resting.nudge(f"turn-{turn}")
            await nudged(event)
        await asyncio.sleep(0.05)
    await resting.close()


async def test_asking_whether_the_server_is_there_is_nobodys_nudge(
    settings: notes.Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    hear, ping, answers = Channels._hear, PubSub.ping, list[Any]()

    def look_up(seconds: float) -> None:
        monkeypatch.setattr("chassis.channels._LOOK_UP", seconds)

    async def ask(pubsub: PubSub) -> None:
        look_up(30)
        await ping(pubsub)

    def heard(channels: Channels, message: Any) -> None:
        if message["type"] not in {"subscribe", "message"}:
            answers.append(message)
            look_up(0.05)
        hear(channels, message)

    async def thrice() -> bool:
        return len(answers) >= 3

    look_up(0.05)
    monkeypatch.setattr(PubSub, "ping", ask)
    monkeypatch.setattr(Channels, "_hear", heard)
    url = urlsplit(settings.redis_url.get_secret_value())
    async with Proxy(str(url.hostname), url.port or 6379) as proxy:
        watching = Cache.connect(f"redis://127.0.0.1:{proxy.port}/0")
        async with watching.joined("a") as event:
            event.clear()
            await notes.until(thrice)
            assert not event.is_set()
            await proxy.away()
            await proxy.back()
            await nudged(event)
        await watching.close()


async def test_a_failure_nobody_thought_of_does_not_end_the_listening(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    hear, failed = Channels._hear, asyncio.Event()

    def fail_once(*_: object) -> None:
        monkeypatch.setattr(Channels, "_hear", hear)
        failed.set()
        raise ZeroDivisionError

    async with cache.joined("a") as event:
        monkeypatch.setattr(Channels, "_hear", fail_once)
        event.clear()
        await cache.nudge("a")
        await asyncio.wait_for(failed.wait(), PATIENCE)
        await nudged(event)


async def test_after_a_lost_connection_everybody_is_told_to_look(cache: Cache, settings: notes.Settings) -> None:
    url = urlsplit(settings.redis_url.get_secret_value())
    async with Proxy(str(url.hostname), url.port or 6379) as proxy:
        watching = Cache.connect(f"redis://127.0.0.1:{proxy.port}/0")
        async with watching.joined("a") as first, watching.joined("b") as second:
            first.clear()
            second.clear()
            await proxy.away()
            await cache.nudge("a")
            await proxy.back()
            await nudged(first)
            await nudged(second)
            await cache.nudge("b")
            await nudged(second)
        await watching.close()


async def test_with_redis_away_one_comes_in_and_is_told_when_it_is_back(settings: notes.Settings) -> None:
    url = urlsplit(settings.redis_url.get_secret_value())
    async with Proxy(str(url.hostname), url.port or 6379) as proxy:
        await proxy.away()
        watching = Cache.connect(f"redis://127.0.0.1:{proxy.port}/0")
        async with watching.joined("a") as event:
            assert not event.is_set()
            await proxy.back()
            await nudged(event)
        await watching.close()
