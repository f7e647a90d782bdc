"""A worker process: relay, intake and jobs over one set of resources, until told to stop; and its command line."""

import asyncio
import signal
import sys
from argparse import Namespace
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

import structlog
import uvicorn
from fastapi import FastAPI
from uvicorn.loops.auto import auto_loop_factory

from chassis import commands, probes, telemetry
from chassis.consumer import Consumer
from chassis.database import Database
from chassis.delivery import Delivery
from chassis.garbage import spare_what_stays
from chassis.intake import Intake
from chassis.jobs import Job as Job
from chassis.jobs import keep_running
from chassis.kafka import Producer, Topics
from chassis.relay import Relay
from chassis.resources import Resources
from chassis.settings import ServiceSettings
from chassis.upkeep import upkeep

logger = structlog.get_logger(__name__)

Settings = TypeVar("Settings", bound=ServiceSettings)
Factory = Callable[[Settings], Awaitable[Resources]]

_DRAIN_SECONDS = 20
_SPARED = 4  # connections for the relay, the doorbell, the jobs and the probes


def main(
    settings: type[Settings],
    *,
    resources: Factory[Settings],
    consumer: Consumer | None = None,
    jobs: Sequence[Job] = (),
    arguments: Sequence[str] | None = None,
) -> None:
    """The command line of a subgraph's worker: it runs, or deals with what was said and what failed."""
    given = commands.parse(arguments)
    configured = settings()
    telemetry.configure(configured)
    if given.command == "run":
        spare_what_stays()
        with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
            runner.run(run_worker(configured, resources=resources, consumer=consumer, jobs=jobs))
    else:
        sys.exit(asyncio.run(_perform(given, configured, resources, consumer, jobs)))


async def run_worker(
    settings: Settings,
    *,
    resources: Factory[Settings],
    consumer: Consumer | None = None,
    jobs: Sequence[Job] = (),
    stopping: asyncio.Event | None = None,
) -> None:
    """Work until `stopping` is set, or SIGTERM or SIGINT comes; what is under way then is finished."""
    stopping = stopping or asyncio.Event()
    async with opened(settings, resources) as found:
        intake = _intake(settings, found, consumer)
        everything = [*upkeep(settings, found[Database], found[Topics], consumer), *jobs]
        for job in everything:
            job.arguments(found)
        parts: list[Coroutine[Any, Any, None]] = [
            Relay(found[Database], found[Producer]).run(stopping),
            _answer_probes(settings, found, stopping),
            *(keep_running(job, found, stopping) for job in everything),
        ]
        if intake is not None:
            found.add(Intake, intake)
            parts.append(intake.run(stopping))
        with _signals(stopping):
            await _together(parts, stopping)


@asynccontextmanager
async def opened(settings: Settings, factory: Factory[Settings]) -> AsyncIterator[Resources]:
    """The resources of the service and what every worker has beside them."""
    resources = await factory(settings)
    try:
        if type(settings) not in resources:
            resources.add(type(settings), settings)
        topics = resources.add(Topics, Topics(settings))
        if Producer not in resources:
            resources.add(Producer, Producer(settings, topics))
        yield resources
    finally:
        await resources.close()


def _intake(settings: ServiceSettings, resources: Resources, consumer: Consumer | None) -> Intake | None:
    if consumer is None or not consumer.names:
        return None
    consumer.check(resources)
    slots = asyncio.Semaphore(max(1, settings.database_pool_size + settings.database_max_overflow - _SPARED))

    def deliver(stopping: asyncio.Event) -> Delivery:
        database, producer = resources[Database], resources[Producer]
        return Delivery(consumer, database, resources, producer, slots=slots, stopping=stopping)

    return Intake(settings, resources[Topics], consumer.topics, deliver)


async def _together(parts: Sequence[Coroutine[Any, Any, None]], stopping: asyncio.Event) -> None:
    """Run all until told to stop, or until one breaks: then the others finish what they are at, and it is raised."""
    tasks = [asyncio.create_task(part) for part in parts]
    told = asyncio.create_task(stopping.wait())
    await asyncio.wait([told, *tasks], return_when=asyncio.FIRST_COMPLETED)
    stopping.set()
    await told
    logger.info("stopping")
    _, late = await asyncio.wait(tasks, timeout=_DRAIN_SECONDS)
    for task in late:
        task.cancel()
    failures = [each for each in await asyncio.gather(*tasks, return_exceptions=True) if isinstance(each, Exception)]
    if failures:
        raise ExceptionGroup("The worker broke", failures)


@contextmanager
def _signals(stopping: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stopping.set)
    try:
        yield
    finally:
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(each)


class _ProbeServer(uvicorn.Server):
    """Leaves the signals to the worker."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _answer_probes(settings: ServiceSettings, resources: Resources, stopping: asyncio.Event) -> None:
    """/healthz, /readyz and /metrics on the worker's own small port."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.state.resources = resources
    app.include_router(probes.router())
    config = uvicorn.Config(
        app, host=settings.host, port=settings.metrics_port, log_config=None, access_log=False, lifespan="off"
    )
    server = _ProbeServer(config)
    serving = asyncio.create_task(server.serve())
    told = asyncio.create_task(stopping.wait())
    await asyncio.wait([serving, told], return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    server.should_exit = True
    await serving


async def _perform(
    given: Namespace,
    settings: Settings,
    resources: Factory[Settings],
    consumer: Consumer | None,
    jobs: Sequence[Job],
) -> int:
    async with opened(settings, resources) as found:
        return await commands.perform(given, settings, found, consumer, jobs)
