"""The pool: what a restart of Redis leaves of its connections costs one command at most, and nothing is sent twice."""

import asyncio
from urllib.parse import urlsplit

import pytest
import redis.exceptions

from chassis.cache import Cache
from chassis.ids import uuid7
from tests.chassis import notes
from tests.chassis.proxy import Proxy

CONNECTIONS = 8


@pytest.fixture
def counter() -> str:
    return f"counter:{uuid7()}"


async def open_all(cache: Cache, counter: str) -> None:
    """Each of as many commands at once takes a connection of its own."""
    await asyncio.gather(*(cache.redis.incr(counter) for _ in range(CONNECTIONS)))


def proxy_of(settings: notes.Settings) -> Proxy:
    url = urlsplit(settings.redis_url.get_secret_value())
    return Proxy(str(url.hostname), url.port or 6379)


async def failures(cache: Cache, counter: str) -> int:
    """Of as many commands as there are connections, at once: each of them is taken."""
    said = await asyncio.gather(*(cache.redis.incr(counter) for _ in range(CONNECTIONS)), return_exceptions=True)
    assert all(isinstance(each, (int, redis.exceptions.ConnectionError)) for each in said)
    return sum(not isinstance(each, int) for each in said)


@pytest.mark.parametrize("reset", [False, True], ids=["ended", "reset"])
async def test_connections_that_broke_while_they_were_silent_cost_nothing(
    settings: notes.Settings, monkeypatch: pytest.MonkeyPatch, counter: str, *, reset: bool
) -> None:
    monkeypatch.setattr("chassis.redis_pool._ASKED_AFTER", 0)
    async with proxy_of(settings) as proxy:
        cache = Cache.connect(f"redis://127.0.0.1:{proxy.port}/0")
        await open_all(cache, counter)
        await proxy.away(reset=reset)
        await proxy.back()
        assert await failures(cache, counter) == 0
        assert await cache.redis.get(counter) == str(2 * CONNECTIONS)
        await cache.close()


async def test_the_first_that_breaks_in_use_spares_the_others(settings: notes.Settings, counter: str) -> None:
    async with proxy_of(settings) as proxy:
        cache = Cache.connect(f"redis://127.0.0.1:{proxy.port}/0")
        await open_all(cache, counter)
        await proxy.away(reset=True)
        await proxy.back()
        failed = 0
        for _ in range(CONNECTIONS):
            try:
                await cache.redis.incr(counter)
            except redis.exceptions.ConnectionError:
                failed += 1
        assert failed <= 1
        assert await failures(cache, counter) == 0
        assert await cache.redis.get(counter) == str(3 * CONNECTIONS - failed)
        await cache.close()


async def test_a_server_that_is_away_is_said_and_used_again_when_it_is_back(
    settings: notes.Settings, counter: str
) -> None:
    async with proxy_of(settings) as proxy:
        cache = Cache.connect(f"redis://127.0.0.1:{proxy.port}/0")
        await open_all(cache, counter)
        await proxy.away()
        assert await failures(cache, counter) == CONNECTIONS
        await proxy.back()
        assert await failures(cache, counter) == 0
        assert await cache.redis.get(counter) == str(2 * CONNECTIONS)
        await cache.close()
