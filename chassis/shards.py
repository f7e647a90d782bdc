"""Shards: which part of an outbox a relay owns, for as long as its one connection lives."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from math import ceil
from typing import Any

from sqlalchemy import TextClause, text  # noqa: TID251 (locks are about no table)
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.database import Database
from chassis.doorbell import CHANNEL
from chassis.outbox import SHARDS

_SHARD, _PRESENCE = 7_301, 7_302  # the classes of our advisory locks
_LOCK = text("SELECT pg_try_advisory_lock(:kind, :shard)")
_UNLOCK = text("SELECT pg_advisory_unlock(:kind, :shard)")
_APPEAR = text("SELECT pg_advisory_lock_shared(:kind, 0)")
_RELAYS = text(
    "SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database "
    "WHERE datname = current_database() AND locktype = 'advisory' AND classid = :kind AND granted"
)


class Shards:
    """The shards this relay owns, each by a session-level advisory lock.

    What is read and marked goes through the connection that holds the locks: when it breaks, the ownership and the
    means to act on it end together. The relays that are present share evenly; one that vanishes leaves its shards.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._turn = asyncio.Lock()
        self.owned: set[int] = set()
        self._leaving: set[int] = set()

    @classmethod
    @asynccontextmanager
    async def open(cls, database: Database, called: Callable[[], None]) -> AsyncIterator["Shards"]:
        """On a connection of its own; `called` when the doorbell rings or the connection is lost."""
        async with database.engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            shards = cls(connection)
            try:
                await _listen(connection, called)
                await connection.execute(_APPEAR, {"kind": _PRESENCE})
                yield shards
            finally:
                # Closed for good rather than returned to the pool: with it go the locks and the listening.
                await connection.invalidate()

    async def run(self, statement: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        """Call `statement(connection, …)`, one at a time: a connection can't do two things at once."""
        async with self._turn:
            self._ensure_same_connection()
            return await statement(self._connection, *arguments, **options)

    async def share(self, busy: Collection[int]) -> None:
        """Take what is free, up to a fair share. What is above it is read no more, and let go when no longer `busy`."""
        relays = await self._ask(_RELAYS, kind=_PRESENCE)
        fair = ceil(SHARDS / max(relays, 1))
        await self._take(fair)
        for shard in sorted(self.owned)[fair:]:
            self.owned.discard(shard)
            self._leaving.add(shard)
        for shard in self._leaving - set(busy):
            await self._ask(_UNLOCK, kind=_SHARD, shard=shard)
            self._leaving.discard(shard)

    async def _take(self, fair: int) -> None:
        # Each relay begins elsewhere, so that they don't all ask for the same shards first.
        start = id(self) % SHARDS
        for shard in (each % SHARDS for each in range(start, start + SHARDS)):
            if len(self.owned) >= fair:
                return
            if shard in self.owned:
                continue
            if shard in self._leaving or await self._ask(_LOCK, kind=_SHARD, shard=shard):
                self._leaving.discard(shard)
                self.owned.add(shard)

    async def _ask(self, statement: TextClause, **values: int) -> Any:
        async with self._turn:
            self._ensure_same_connection()
            return (await self._connection.execute(statement, values)).scalar_one()

    def _ensure_same_connection(self) -> None:
        """SQLAlchemy would replace a broken connection without a word, and the new one holds no locks."""
        if self._connection.invalidated:
            raise ConnectionError("The connection that held the shards is lost.")


async def _listen(connection: AsyncConnection, called: Callable[[], None]) -> None:
    driver = (await connection.get_raw_connection()).driver_connection
    if driver is None:
        raise ConnectionError("The relay's connection was lost as soon as it was made.")
    await driver.add_listener(CHANNEL, lambda *_: called())
    driver.add_termination_listener(lambda *_: called())
