"""loyalty's worker beside the test: in this process, where it can be stopped, or in one of its own, to be killed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from chassis.testing import SubgraphUnderTest
from chassis.worker import run_worker
from stack.ports import free_port
from subgraphs.loyalty.consumers import consumer
from subgraphs.loyalty.resources import open_resources
from subgraphs.loyalty.worker import JOBS

T = TypeVar("T")


@asynccontextmanager
async def working(subgraph: SubgraphUnderTest) -> AsyncIterator[None]:
    stopping = asyncio.Event()
    settings = subgraph.settings.model_copy(update={"metrics_port": free_port()})
    worker = asyncio.create_task(
        run_worker(settings, resources=open_resources, consumer=consumer, jobs=JOBS, stopping=stopping)
    )
    try:
        yield
    finally:
        stopping.set()
        await worker


async def until(state: Callable[[], Awaitable[T]], wanted: Callable[[T], bool], *, within: float = 60) -> T:
    """What `state` gives once it is as wanted; the last it gave when that does not come true in time."""
    async with asyncio.timeout(within):
        while not wanted(found := await state()):
            await asyncio.sleep(0.05)
    return found
