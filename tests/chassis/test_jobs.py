"""Jobs: by the clock or all the time, never ended by a failure, ended when told to stop."""

import asyncio
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from chassis.jobs import Job, keep_running
from chassis.resources import MissingResource, Resources

SOON = timedelta(milliseconds=1)


class Counter:
    def __init__(self) -> None:
        self.runs = 0
        self.changed = asyncio.Event()
        self.failures: list[Exception] = []

    def run(self) -> None:
        self.runs += 1
        self.changed.set()
        if self.failures:
            raise self.failures.pop()

    async def reaches(self, runs: int) -> None:
        async with asyncio.timeout(20):
            while self.runs < runs:
                self.changed.clear()
                await self.changed.wait()


async def count(counter: Counter) -> None:
    counter.run()


async def count_and_stay(counter: Counter) -> None:
    counter.run()
    await asyncio.Event().wait()


@pytest.fixture
def resources() -> Resources:
    found = Resources()
    found.add(Counter, Counter())
    return found


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.backoff.random.uniform", lambda _low, _high: 0.001)


async def test_a_job_runs_at_once_and_then_every_so_often(resources: Resources) -> None:
    stopping = asyncio.Event()
    task = asyncio.create_task(keep_running(Job("count", SOON, count), resources, stopping))
    await resources[Counter].reaches(5)
    stopping.set()
    await asyncio.wait_for(task, 10)


async def test_a_job_that_is_rare_does_not_keep_one_from_stopping(resources: Resources) -> None:
    stopping = asyncio.Event()
    task = asyncio.create_task(keep_running(Job("count", timedelta(days=1), count), resources, stopping))
    await resources[Counter].reaches(1)
    stopping.set()
    await asyncio.wait_for(task, 10)
    assert resources[Counter].runs == 1


@pytest.mark.parametrize(
    ("failure", "event"),
    [(ValueError("broken"), "job_failed"), (ConnectionRefusedError(), "job_waits_for_infrastructure")],
    ids=["broken", "away"],
)
async def test_a_job_that_fails_runs_again(resources: Resources, failure: Exception, event: str) -> None:
    counter, stopping = resources[Counter], asyncio.Event()
    counter.failures = [failure, failure]
    failed = REGISTRY.get_sample_value("job_runs_total", {"job": event, "outcome": "failed"}) or 0
    with capture_logs() as logs:
        task = asyncio.create_task(keep_running(Job(event, SOON, count), resources, stopping))
        await counter.reaches(4)
        stopping.set()
        await asyncio.wait_for(task, 10)
    assert [entry["event"] for entry in logs] == [event, event]
    assert REGISTRY.get_sample_value("job_runs_total", {"job": event, "outcome": "failed"}) == failed + 2


async def test_a_job_that_runs_all_the_time_is_started_again_when_it_ends(resources: Resources) -> None:
    stopping = asyncio.Event()
    task = asyncio.create_task(keep_running(Job("count", None, count), resources, stopping))
    await resources[Counter].reaches(3)
    stopping.set()
    await asyncio.wait_for(task, 10)


async def test_a_job_that_runs_all_the_time_is_cancelled_when_one_stops(resources: Resources) -> None:
    stopping = asyncio.Event()
    task = asyncio.create_task(keep_running(Job("stay", None, count_and_stay), resources, stopping))
    await resources[Counter].reaches(1)
    stopping.set()
    await asyncio.wait_for(task, 10)
    assert resources[Counter].runs == 1


async def test_a_run_by_the_clock_is_finished_when_one_stops(resources: Resources) -> None:
    begun, go_on, finished = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        begun.set()
        await go_on.wait()
        finished.set()

    stopping = asyncio.Event()
    task = asyncio.create_task(keep_running(Job("slow", SOON, slow), resources, stopping))
    await begun.wait()
    stopping.set()
    done, _ = await asyncio.wait([task], timeout=0.05)
    assert not done
    go_on.set()
    await asyncio.wait_for(task, 10)
    assert finished.is_set()


async def test_whoever_cancels_it_ends_the_run_as_well(resources: Resources) -> None:
    before = asyncio.all_tasks()
    task = asyncio.create_task(keep_running(Job("stay", None, count_and_stay), resources, asyncio.Event()))
    await resources[Counter].reaches(1)
    begun = asyncio.all_tasks() - before
    task.cancel()
    await asyncio.wait([task], timeout=30)
    assert task.cancelled()
    assert begun & asyncio.all_tasks() == set()


def test_what_a_job_wants_and_is_not_there_is_named() -> None:
    with pytest.raises(MissingResource, match="count: No Counter among the resources"):
        Job("count", SOON, count).arguments(Resources())
