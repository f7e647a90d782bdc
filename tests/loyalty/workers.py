"""loyalty's worker beside the test: in this process, where it can be stopped, or in one of its own, to be killed."""

import asyncio
import os
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx

from chassis.ids import uuid7
from chassis.settings import ServiceSettings
from chassis.testing import SubgraphUnderTest
from chassis.worker import run_worker
from stack.ports import free_port
from subgraphs.loyalty.consumers import consumer
from subgraphs.loyalty.resources import open_resources
from subgraphs.loyalty.worker import JOBS

T = TypeVar("T")

ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def working(subgraph: SubgraphUnderTest, **changes: Any) -> AsyncIterator[ServiceSettings]:
    """`changes` are settings that this worker has for itself, beside topics that no other test has written to."""
    stopping = asyncio.Event()
    own = {"metrics_port": free_port(), "topic_prefix": f"test.{uuid7()}."}
    settings = subgraph.settings.model_copy(update=own | changes)
    worker = asyncio.create_task(
        run_worker(settings, resources=open_resources, consumer=consumer, jobs=JOBS, stopping=stopping)
    )
    try:
        yield settings
    finally:
        stopping.set()
        await worker


@asynccontextmanager
async def worker_process(
    subgraph: SubgraphUnderTest, topics: str, log: Path, *command: str, **changes: str
) -> AsyncIterator[Process]:
    """A worker as it runs in production, killed at the end; what a dead one had taken is taken over after a second."""
    own = {
        "KAFKA_IDEMPOTENT_PRODUCER": "false",
        "KAFKA_FETCH_WAIT_MS": "20",
        "TOPIC_PREFIX": topics,
        "METRICS_PORT": str(free_port()),
        "KAFKA_SESSION_TIMEOUT_MS": "2000",
        "LOYALTY_RELAY_TAKEOVER_SECONDS": "1",
    }
    async with _process(subgraph, log, *(command or ("subgraphs.loyalty.worker",)), **(own | changes)) as process:
        yield process


@asynccontextmanager
async def api_process(subgraph: SubgraphUnderTest, port: int, log: Path) -> AsyncIterator[Process]:
    """An API as it runs in production, ready to answer; killed at the end, or before."""
    own = {"PORT": str(port), "JWKS_URL": subgraph.tokens.jwks_url}
    own["REVOCATIONS_URL"] = subgraph.tokens.revocations_url
    async with _process(subgraph, log, "subgraphs.loyalty.app", **own) as process, httpx.AsyncClient() as client:
        async with asyncio.timeout(60):
            while not await _is_ready(client, port):
                await asyncio.sleep(0.05)
        yield process


async def _is_ready(client: httpx.AsyncClient, port: int) -> bool:
    try:
        return (await client.get(f"http://127.0.0.1:{port}/readyz")).is_success
    except httpx.TransportError:
        return False


@asynccontextmanager
async def _process(subgraph: SubgraphUnderTest, log: Path, *command: str, **changes: str) -> AsyncIterator[Process]:
    settings = subgraph.settings
    own = {
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "DATABASE_PREFIX": settings.database_prefix,
        "REDIS_URL": settings.redis_url.get_secret_value(),
        "KAFKA_BOOTSTRAP": settings.kafka_bootstrap,
    }
    with log.open("ab") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", *command, cwd=ROOT, env=os.environ | own | changes, stdout=out, stderr=out
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def until(state: Callable[[], Awaitable[T]], wanted: Callable[[T], bool], *, within: float = 60) -> T:
    """What `state` gives once it is as wanted; what it gives anyway when that does not come true in time."""
    try:
        async with asyncio.timeout(within):
            while not wanted(found := await state()):
                await asyncio.sleep(0.05)
            return found
    except TimeoutError:
        return await state()
