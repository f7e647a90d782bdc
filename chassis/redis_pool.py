"""The pool of connections to Redis, which a restart of the server costs one failed command at most."""

from time import monotonic
from typing import Any

from redis.asyncio import ConnectionPool
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ConnectionError as ConnectionBroken
from redis.exceptions import TimeoutError as NothingHeard

_ASKED_AFTER = 1.0
"""Seconds of silence, after which a connection is asked whether it still leads anywhere."""


class RedisPool(ConnectionPool):
    """All of its connections lead to one server: once one has broken, those opened before it are opened anew.

    A connection that was silent is asked first. Nothing has been sent by then, so a broken one costs nobody anything,
    and no command is ever sent twice. (The client's own health checks can't do that: they fail the command.)
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._used_at: dict[AbstractConnection, float] = {}

    async def ensure_connection(self, connection: AbstractConnection) -> None:
        used_at = self._used_at.get(connection)
        if used_at is None:
            await connection.disconnect()
        await super().ensure_connection(connection)
        if used_at is not None and monotonic() - used_at > _ASKED_AFTER:
            await self._ask(connection)
        self._used_at[connection] = monotonic()

    async def release(self, connection: AbstractConnection) -> None:
        if connection.is_connected:
            self._used_at[connection] = monotonic()
        else:
            self._used_at.clear()
        await super().release(connection)

    async def _ask(self, connection: AbstractConnection) -> None:
        try:
            await connection.send_command("PING", check_health=False)
            await connection.read_response()
        except (ConnectionBroken, NothingHeard):
            self._used_at.clear()
            await super().ensure_connection(connection)
