"""The cache: text in and out, one connection at a time broken does not repeat anything."""

import asyncio
from urllib.parse import urlsplit

import pytest
import redis.exceptions

from chassis.cache import Cache
from tests.chassis import notes
from tests.chassis.proxy import Proxy


async def test_it_answers_text(cache: Cache) -> None:
    await cache.redis.set("greeting", "안녕")
    assert await cache.redis.get("greeting") == "안녕"


async def test_it_opens_nothing_before_it_is_asked() -> None:
    cache = Cache.connect("redis://127.0.0.1:1/0")
    with pytest.raises(redis.exceptions.ConnectionError):
        await cache.ping()
    await cache.close()


async def test_a_broken_connection_is_an_error_and_the_next_call_gets_another(settings: notes.Settings) -> None:
    url = urlsplit(settings.redis_url.get_secret_value())
    async with Proxy(str(url.hostname), url.port or 6379) as proxy:
        cache = Cache.connect(f"redis://127.0.0.1:{proxy.port}/0")
        await cache.ping()
        await proxy.away()
        with pytest.raises(redis.exceptions.ConnectionError):
            await cache.ping()
        await proxy.back()
        await cache.ping()
        await cache.close()


@pytest.mark.parametrize("turns", range(1, 6))
async def test_who_is_told_to_stop_while_a_command_goes_out_stops(cache: Cache, turns: int) -> None:
    """What the client does on its way, it does without losing a cancellation in any turn of the loop."""

    async def ask_for_ever() -> None:
        await cache.ping()
        await asyncio.Event().wait()

    await cache.ping()
    asking = asyncio.create_task(ask_for_ever())
    for _ in range(turns):
        await asyncio.sleep(0)
    asking.cancel()
    ended, _ = await asyncio.wait({asking}, timeout=10)
    assert ended
    assert asking.cancelled()
    await cache.ping()
