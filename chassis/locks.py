"""Locks that belong to no row: one process at a time does something, or waits until the others are done with it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text  # noqa: TID251 (locks are about no table)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.database import Database

_TRY = text("SELECT pg_try_advisory_lock(hashtextextended(:name, 0))")
_UNLOCK = text("SELECT pg_advisory_unlock(hashtextextended(:name, 0))")
_SHARE = text("SELECT pg_advisory_xact_lock_shared(hashtextextended(:name, 0))")
_OUTWAIT = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


@asynccontextmanager
async def alone(database: Database, name: str) -> AsyncIterator[bool]:
    """Whether nobody else is in here at the moment; if so, nobody comes in until the end.

    On a connection of its own. Should that break, the next one comes in: what is done in here must bear it.
    """
    async with database.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        mine = bool((await connection.execute(_TRY, {"name": name})).scalar_one())
        try:
            yield mine
        finally:
            if mine:
                await _unlock(connection, name)


async def share(session: AsyncSession, name: str) -> None:
    """Be one of those whom `outwait` waits for, until the transaction ends."""
    await session.execute(_SHARE, {"name": name})


async def outwait(session: AsyncSession, name: str) -> None:
    """Return once everybody who shares the name now has ended. Whoever comes later has to wait for this transaction."""
    await session.execute(_OUTWAIT, {"name": name})


async def _unlock(connection: AsyncConnection, name: str) -> None:
    try:
        await connection.execute(_UNLOCK, {"name": name})
    except Exception:  # noqa: BLE001 (what was done is done: the lock goes with the connection)
        await connection.invalidate()
    except asyncio.CancelledError:
        await connection.invalidate()
        raise
