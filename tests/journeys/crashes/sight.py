"""The tables, looked at behind the services' backs; whatever restarts meanwhile is waited for."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import asyncpg
import httpx

from stack.books.places import Places
from stack.demo.graph import Graph, GraphError

T = TypeVar("T")

REFUSALS = {
    *("NOT_FOUND", "INVALID_INPUT", "FORBIDDEN", "UNAUTHENTICATED", "CONFLICT", "IDEMPOTENCY_MISMATCH"),
    *("NOT_CANCELLABLE", "REFUND_CHANGED", "REFUND_EXCEEDS_PAYMENT", "GRAPHQL_VALIDATION_FAILED"),
}


PATIENCE = 1_200
"""Seconds. While everything is killed all the time, and on a machine that has other things to do, little gets on."""
AWAY = (
    httpx.HTTPError,
    ValueError,
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)


class Sight:
    """One connection a statement: no pool to be left with broken ones."""

    def __init__(self, places: Places) -> None:
        self.places = places

    async def rows(self, subgraph: str, statement: str, *values: Any) -> list[Any]:
        return await insist(lambda: self._rows(subgraph, statement, *values))

    async def until(
        self, wanted: Callable[[Any], bool], subgraph: str, statement: str, *values: Any, within: float = PATIENCE
    ) -> Any:
        """The first row as soon as it is as wanted."""
        found: list[Any] = []
        try:
            async with asyncio.timeout(within):
                while not (found and wanted(found[0])):
                    await asyncio.sleep(0.1)
                    found = await self.rows(subgraph, statement, *values)
        except TimeoutError:
            raise AssertionError(f"{subgraph}: {statement} {values} stays {found}") from None
        return found[0]

    async def execute(self, subgraph: str, script: str) -> None:
        async with self._connected(subgraph) as connection:
            await connection.execute(script)

    async def _rows(self, subgraph: str, statement: str, *values: Any) -> list[Any]:
        async with self._connected(subgraph) as connection:
            found: list[Any] = await connection.fetch(statement, *values)
        return found

    @asynccontextmanager
    async def _connected(self, subgraph: str) -> AsyncIterator[Any]:
        database = f"{self.places.database_prefix}{subgraph}"
        connection = await asyncpg.connect(self.places.database_url, database=database, timeout=30)
        try:
            yield connection
        finally:
            await connection.close()


async def insist(ask: Callable[[], Awaitable[T]], *, within: float = PATIENCE) -> T:
    """Ask until there is an answer, as a client does whose server dies; a refusal is one."""
    async with asyncio.timeout(within):
        while True:
            try:
                return await ask()
            except GraphError as error:
                if REFUSALS & set(error.codes):
                    raise
            except AWAY:
                pass
            await asyncio.sleep(0.2)


async def ask(graph: Graph, document: str, **variables: Any) -> dict[str, Any]:
    return await insist(lambda: graph.ask(document, **variables))
