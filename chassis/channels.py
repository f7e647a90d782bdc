"""Channels: one publish/subscribe connection a process, shared by however many watch."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from chassis.backoff import Backoff
from chassis.waiting import comes_within

logger = structlog.get_logger(__name__)

_PATIENCE = 2.0
_LOOK_UP = 15.0


class Channels:
    """A channel is joined when its first watcher comes and left with the last.

    After a broken connection all are joined again and everybody is told to look: a nudge may have been missed.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = _unchecked(redis)
        self._watchers: dict[str, set[asyncio.Event]] = {}
        self._joined: dict[str, asyncio.Event] = {}
        self._wanted = asyncio.Event()
        self._saying = asyncio.Lock()
        self._pubsub: PubSub | None = None
        self._listening: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def joined(self, channel: str) -> AsyncIterator[asyncio.Event]:
        """The watcher's event, once the channel is joined; with Redis away it comes without, to be set later."""
        nudged = asyncio.Event()
        try:
            await self._join(channel, nudged)
            yield nudged
        finally:
            await self._leave(channel, nudged)

    async def close(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
            self._listening = None
        await self._redis.connection_pool.disconnect()

    async def _join(self, channel: str, nudged: asyncio.Event) -> None:
        self._watchers.setdefault(channel, set()).add(nudged)
        if self._listening is None:
            self._listening = asyncio.create_task(self._listen())
        joined = self._joined.setdefault(channel, asyncio.Event())
        self._wanted.set()
        if not joined.is_set():
            await self._settle(channel)
            await comes_within(joined, _PATIENCE)

    async def _leave(self, channel: str, nudged: asyncio.Event) -> None:
        watchers = self._watchers[channel]
        watchers.discard(nudged)
        if not watchers:
            del self._watchers[channel], self._joined[channel]
            await self._settle(channel)

    async def _settle(self, channel: str) -> None:
        """Tell the server what is wanted of the channel by now, one at a time so that the last word is the latest."""
        async with self._saying:
            if self._pubsub is None or not self._pubsub.connection:
                return
            try:
                if channel in self._watchers:
                    await self._pubsub.subscribe(channel)
                else:
                    await self._pubsub.unsubscribe(channel)
            except (RedisError, OSError) as error:
                # The listener meets the same broken connection and joins all channels on a new one.
                logger.warning("channel_not_settled", channel=channel, error=repr(error))

    async def _listen(self) -> None:
        backoff = Backoff(most=5)
        while True:
            try:
                async with self._redis.pubsub() as pubsub:
                    await self._follow(pubsub, backoff)
            except (RedisError, OSError) as error:
                logger.warning("channels_lost", error=repr(error))
            except Exception:
                # Whatever it was: without a listener nobody of this process would be told anything any more.
                logger.exception("channels_lost")
            finally:
                self._pubsub = None
            await backoff.wait()

    async def _follow(self, pubsub: PubSub, backoff: Backoff) -> None:
        while not self._watchers:
            self._wanted.clear()
            await self._wanted.wait()
        async with self._saying:
            for joined in self._joined.values():
                joined.clear()
            await pubsub.subscribe(*self._watchers)
            self._pubsub = pubsub
        asked = False
        while True:
            message = await pubsub.get_message(timeout=_LOOK_UP)
            if message is not None:
                backoff.reset()
                asked = False
                self._hear(message)
            elif asked:
                raise ConnectionError(f"no answer to a ping within {_LOOK_UP:.0f} s")
            elif pubsub.subscribed:
                async with self._saying:
                    await pubsub.ping()
                asked = True

    def _hear(self, message: dict[str, Any]) -> None:
        channel = message["channel"]
        if message["type"] == "subscribe" and channel in self._joined:
            self._joined[channel].set()
        if message["type"] in {"subscribe", "message"}:
            for nudged in self._watchers.get(channel, ()):
                nudged.set()


def _unchecked(redis: Redis) -> Redis:
    """A client without health checks: before a subscribe they would read the answer that the listener is waiting for.

    The listener asks by itself whether the server is still there.
    """
    pool = redis.connection_pool
    given = {**pool.connection_kwargs, "health_check_interval": 0}
    return Redis(connection_pool=ConnectionPool(connection_class=pool.connection_class, **given))
