"""The Redis of a service: its connections, scripts that go out together, and nudges to whoever watches."""

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Self

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from chassis.channels import Channels
from chassis.redis_pool import RedisPool
from chassis.scripts import Library, Script, Scripts


class Cache:
    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self._scripts = Scripts(redis)
        self._channels = Channels(redis)

    @classmethod
    def connect(cls, url: str) -> Self:
        """A cache that opens its first connection when it is first asked something; it answers text, not bytes.

        Nothing is sent twice by itself: after a broken connection only the caller knows whether asking again is safe.
        """
        pool = RedisPool.from_url(
            url,
            decode_responses=True,
            retry=Retry(NoBackoff(), 0),
            socket_connect_timeout=5,
            socket_timeout=10,
            socket_keepalive=True,
        )
        return cls(Redis.from_pool(pool))

    def script(self, lua: str) -> Script:
        """`run = cache.script(lua)`, then `await run(keys=[…], args=[…])`.

        It runs by its hash and is loaded again when the server has forgotten it. All calls of one turn of the event
        loop go out as one pipeline.
        """
        return self._scripts.script(lua)

    def library(self, lua: str, replicas: int = 0) -> Library:
        """Functions: `take = cache.library(lua).function("take")`, then called and loaded as a script is.

        What they write is answered once as many replicas have it; where they don't within a second, NotReplicated.
        """
        return self._scripts.library(lua, replicas)

    async def nudge(self, *channels: str) -> None:
        """Tell whoever watches any of `channels` to look; what there is to see is not said."""
        if len(channels) == 1:
            await self.redis.publish(channels[0], "")
            return
        pipeline = self.redis.pipeline(transaction=False)
        for channel in channels:
            pipeline.publish(channel, "")
        await pipeline.execute()

    def joined(self, channel: str) -> AbstractAsyncContextManager[asyncio.Event]:
        """An event that is set whenever `channel` is nudged, or may have been while the connection was away."""
        return self._channels.joined(channel)

    async def ping(self) -> None:
        await self.redis.ping()

    async def close(self) -> None:
        await self._channels.close()
        await self._scripts.close()
        await self.redis.aclose()
