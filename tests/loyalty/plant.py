"""A Redis of a test's own, to be emptied, killed, set back and replaced; the subgraph and its worker stand on it."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr
from redis.asyncio import Redis

from chassis.testing import Servers, SubgraphUnderTest, subgraph_under_test
from stack.server import Server
from stack.servers import embedded_valkey
from subgraphs.loyalty import worker
from tests.chassis.proxy import Proxy
from tests.loyalty.askers import ISSUE
from tests.loyalty.workers import until, working


class Plant:
    """Where the gates are: one server at a time, at an address that stays, as behind a fail-over."""

    def __init__(self, folder: Path, *options: str) -> None:
        """`options` are the servers'."""
        self._options = options
        self._folder = folder
        self._copy = folder / "copy"
        self._number = 0
        self.server = self._new()
        self.proxy = Proxy("127.0.0.1", self.server.port)

    @property
    def url(self) -> SecretStr:
        """Known once it is running."""
        return SecretStr(f"redis://127.0.0.1:{self.proxy.port}/0")

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Plant"]:
        self.server.start()
        async with self.proxy:
            yield self
        self.server.stop()

    async def empty(self) -> None:
        async with self.client() as redis:
            await redis.flushall()

    async def kill_and_restart(self) -> None:
        """A crash, with the disk as it was."""
        self.server.kill()
        self.server.start()

    async def replace_by_empty(self) -> None:
        """Another machine, without the disk."""
        await self._replace_by(self._new())

    def copy(self) -> None:
        shutil.copytree(self._data, self._copy)

    async def set_back(self) -> None:
        """A crash, and a start on the copy that was made before."""
        self.server.kill()
        shutil.rmtree(self._data)
        shutil.copytree(self._copy, self._data)
        self.server.start()

    async def fail_over(self) -> None:
        """To a replica that has everything, and has never been asked anything."""
        replica = self._new()
        replica.start()
        async with Redis.from_url(replica.url, decode_responses=True) as there, self.client() as here:
            await there.execute_command("REPLICAOF", "127.0.0.1", self.server.port)
            await until(lambda: there.info("replication"), lambda found: found["master_link_status"] == "up")

            async def sizes() -> tuple[int, int]:
                return await there.dbsize(), await here.dbsize()

            # A replica that is just loading what it was sent counts as one that has it.
            assert await until(sizes, lambda found: found[0] == found[1])
            self.server.kill()
            await there.execute_command("REPLICAOF", "NO", "ONE")
        await self._replace_by(replica)

    def client(self) -> Redis:
        return Redis.from_url(self.server.url, decode_responses=True)

    async def _replace_by(self, server: Server) -> None:
        self.server.kill()
        if not server.child.is_running():
            server.start()
        self.server = server
        await self.proxy.lead_to(server.port)

    def _new(self) -> Server:
        self._number += 1
        server = embedded_valkey(self._folder / str(self._number))
        server.child.arguments = [*server.child.arguments, *self._options]
        return server

    @property
    def _data(self) -> Path:
        return self._folder / str(self._number) / "data"


@asynccontextmanager
async def planted(servers: Servers, plant: Plant) -> AsyncIterator[SubgraphUnderTest]:
    """loyalty on a Redis of its own."""
    async with plant.running(), subgraph_under_test("loyalty", servers, redis_url=plant.url) as found:
        yield found


@asynccontextmanager
async def watching(subgraph: SubgraphUnderTest, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> AsyncIterator[None]:
    """A worker that compares the books every second, and waits for nobody longer than it must."""
    often = [replace(job, every=job.every and min(job.every, timedelta(seconds=1))) for job in worker.JOBS]
    monkeypatch.setattr("tests.loyalty.workers.JOBS", often)
    quick = {"overdue_seconds": 2, "rebuild_grace_seconds": 0.2, "relay_takeover_seconds": 1}
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(working(subgraph, **(quick | changes)))
        yield


async def insist(subgraph: SubgraphUnderTest, event_id: UUID, person: UUID, within: float = 40) -> dict[str, Any]:
    """Ask until there is an answer; what is not one must say that it is not."""
    async with asyncio.timeout(within):
        while True:
            answer = await subgraph.graphql(ISSUE, {"id": str(event_id)}, user=person)
            if not answer.errors:
                found: dict[str, Any] = answer.data["issueCoupon"]
                return found
            assert answer.codes == ["UNAVAILABLE"], answer.errors
            await asyncio.sleep(0.1)


async def insist_all(subgraph: SubgraphUnderTest, event_id: UUID, people: list[UUID]) -> list[dict[str, Any]]:
    return list(await asyncio.gather(*(insist(subgraph, event_id, person) for person in people)))
