"""Jobs: what a worker does by the clock, or all the time."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, get_type_hints

import structlog

from chassis import metrics
from chassis.backoff import Backoff
from chassis.outages import is_outage
from chassis.resources import Resources, fill
from chassis.telemetry import tracer
from chassis.waiting import comes_within

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Job:
    """`run` every so often or, with None, all the time: then it is started again when it ends.

    Its parameters are filled from the resources by their types. Every worker runs it: what must not happen twice at
    the same time is for `run` to lock.
    """

    name: str
    every: timedelta | None
    run: Callable[..., Awaitable[None]]

    def arguments(self, resources: Resources) -> dict[str, object]:
        """What `run` wants handed in, or MissingResource."""
        wanted = {name: kind for name, kind in get_type_hints(self.run).items() if name != "return"}
        return fill(self.run, resources, wanted)


async def keep_running(job: Job, resources: Resources, stopping: asyncio.Event) -> None:
    """Run the job until told to stop. A failure is logged, and is no reason not to try again.

    Told to stop, a job by the clock finishes its run; one that runs all the time is cancelled.
    """
    backoff = Backoff(first=0.5, most=5)
    while not stopping.is_set():
        done = await (do(job, resources) if job.every else _run_until(job, resources, stopping))
        if done:
            backoff.reset()
        pause = job.every.total_seconds() if job.every and done else backoff.delay()
        await comes_within(stopping, pause)


async def do(job: Job, resources: Resources) -> bool:
    """Run it once, and tell whether that went well; what did not is in the log."""
    outcome = "failed"
    with tracer.start_as_current_span(f"job {job.name}"), structlog.contextvars.bound_contextvars(job=job.name):
        try:
            await job.run(**job.arguments(resources))
            outcome = "done"
        except Exception as error:
            if is_outage(error):
                logger.warning("job_waits_for_infrastructure", error=repr(error))
            else:
                logger.exception("job_failed")
        finally:
            metrics.JOB_RUNS.labels(job.name, outcome).inc()
    return outcome == "done"


async def _run_until(job: Job, resources: Resources, stopping: asyncio.Event) -> bool:
    run = asyncio.create_task(do(job, resources))
    told = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait([run, told], return_when=asyncio.FIRST_COMPLETED)
    finally:
        told.cancel()
        await _cancel(run)
    return not run.cancelled() and run.result()


async def _cancel(task: asyncio.Task[Any]) -> None:
    """Until it is over: Python 3.11's `wait_for` loses a cancellation that meets the answer it waited for."""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=1)
