"""The doorbell: tells the relays of a database, in whatever process, that there is something to send."""

import asyncio

import structlog
from sqlalchemy import text  # noqa: TID251 (a NOTIFY is about no table)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

logger = structlog.get_logger(__name__)

CHANNEL = "outbox"


class Doorbell:
    """Rung after a commit, from a connection of its own, and once for however many commits meanwhile.

    A NOTIFY inside the transactions would make them commit one after the other: PostgreSQL takes a lock for it that
    is held until the commit is on disk. A ring that gets lost costs no more than the relay's next look.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._rung = False
        self._ringing: asyncio.Task[None] | None = None

    async def ring(self) -> None:
        """Have the relays look; does not wait until they were told."""
        self._rung = True
        if self._ringing is None or self._ringing.done():
            self._ringing = asyncio.create_task(self._notify())

    async def close(self) -> None:
        if self._ringing is not None:
            await self._ringing

    async def _notify(self) -> None:
        while self._rung:
            self._rung = False
            try:
                async with self._engine.connect() as connection:
                    await connection.execution_options(isolation_level="AUTOCOMMIT")
                    await connection.execute(text(f"NOTIFY {CHANNEL}"))
            except (SQLAlchemyError, OSError) as error:
                logger.warning("relay_not_called", error=repr(error))
