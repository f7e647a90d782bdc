"""An assignment: paused when too much of it waits, committed as far as it is done, given back without loose ends."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError, KafkaConnectionError
from structlog.testing import capture_logs

from chassis import assignment as module
from chassis.assignment import Assignment
from chassis.events import Record
from chassis.kafka import Topics
from tests.chassis import notes

FIRST, SECOND = TopicPartition("notes.events", 0), TopicPartition("notes.events", 1)


class Fetched:
    """A record as the library hands it out."""

    topic, key, value, headers = "notes.events", b"k", b"{}", ()

    def __init__(self, offset: int, partition: int = 0) -> None:
        self.offset, self.partition = offset, partition


class Broker:
    def __init__(self) -> None:
        self.paused: set[TopicPartition] = set()
        self.commits: list[dict[TopicPartition, int]] = []
        self.failure: Exception | None = None

    def pause(self, partition: TopicPartition) -> None:
        self.paused.add(partition)

    def resume(self, partition: TopicPartition) -> None:
        self.paused.discard(partition)

    def highwater(self, partition: TopicPartition) -> int:
        return 100

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        if self.failure:
            raise self.failure
        self.commits.append(offsets)


class Work:
    """Is done as far as it is told."""

    def __init__(self, stopping: asyncio.Event) -> None:
        self.stopping = stopping
        self.steps: asyncio.Queue[int] = asyncio.Queue()
        self.taken: list[Record] = []
        self.given_up = False

    async def take(self, records: Sequence[Record], done: Callable[[int], None]) -> None:
        self.taken.extend(records)
        left = len(records)
        try:
            while left and not self.stopping.is_set():
                step = await self.steps.get()
                done(step)
                left -= step
        except asyncio.CancelledError:
            self.given_up = True
            raise


@pytest.fixture
def broker() -> Broker:
    return Broker()


@pytest.fixture
def work() -> list[Work]:
    return []


@pytest.fixture
def assignment(
    settings: notes.Settings, broker: Broker, work: list[Work], monkeypatch: pytest.MonkeyPatch
) -> Assignment:
    monkeypatch.setattr(module, "_GRACE_SECONDS", 0.05)

    def deliver(stopping: asyncio.Event) -> Any:
        work.append(Work(stopping))
        return work[-1]

    return Assignment(broker, deliver, Topics(settings.model_copy(update={"topic_prefix": ""})))


async def let_it_run() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_what_is_fetched_while_a_partition_is_worked_on_is_worked_on_after_that(
    assignment: Assignment, broker: Broker, work: list[Work]
) -> None:
    assignment.begin(FIRST, [Fetched(7), Fetched(9)])  # type: ignore[list-item]
    await let_it_run()
    assignment.begin(FIRST, [Fetched(10)])  # type: ignore[list-item]
    assignment.begin(FIRST, [Fetched(11)])  # type: ignore[list-item]
    await let_it_run()
    assert [record.at for record in work[0].taken] == ["notes.events/0@7", "notes.events/0@9"]
    assert broker.paused == set()
    work[0].steps.put_nowait(2)
    await let_it_run()
    assert [record.at for record in work[0].taken[2:]] == ["notes.events/0@10", "notes.events/0@11"]
    await assignment.commit()
    assert broker.commits == [{FIRST: 10}]
    work[0].steps.put_nowait(2)
    await let_it_run()
    assignment.begin(FIRST, [Fetched(12)])  # type: ignore[list-item]
    await let_it_run()
    assert work[0].taken[-1].at == "notes.events/0@12"
    await assignment.finish()


async def test_what_is_fetched_while_partitions_are_given_back_is_not_counted_as_done(
    assignment: Assignment, broker: Broker, work: list[Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_GRACE_SECONDS", 30)
    assignment.begin(FIRST, [Fetched(7), Fetched(8)])  # type: ignore[list-item]
    await let_it_run()
    assignment.begin(FIRST, [Fetched(9)])  # type: ignore[list-item]
    giving_back = asyncio.create_task(assignment.on_partitions_revoked([FIRST]))
    await let_it_run()
    work[0].steps.put_nowait(1)
    await giving_back
    assignment.begin(FIRST, [Fetched(10)])  # type: ignore[list-item]
    await assignment.on_partitions_assigned([FIRST])
    await let_it_run()
    await assignment.commit()
    assert (broker.commits, work[1].taken) == ([{FIRST: 8}], [])
    assignment.begin(FIRST, [Fetched(8)])  # type: ignore[list-item]
    await let_it_run()
    assert [record.at for record in work[1].taken] == ["notes.events/0@8"]
    work[1].steps.put_nowait(1)
    await assignment.finish()
    assert broker.commits == [{FIRST: 8}, {FIRST: 9}]


async def test_a_partition_is_paused_while_too_much_of_it_waits(
    assignment: Assignment, broker: Broker, work: list[Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MOST_WAITING", 2)
    assignment.begin(FIRST, [Fetched(7)])  # type: ignore[list-item]
    assignment.begin(SECOND, [Fetched(3, 1)])  # type: ignore[list-item]
    await let_it_run()
    assignment.begin(FIRST, [Fetched(8), Fetched(9)])  # type: ignore[list-item]
    assert broker.paused == {FIRST}
    work[0].steps.put_nowait(1)
    work[0].steps.put_nowait(1)
    await let_it_run()
    assert broker.paused == set()
    assert work[0].taken[-1].at == "notes.events/0@9"
    await assignment.finish()


async def test_what_is_done_is_committed_once_and_what_is_not_is_not(
    assignment: Assignment, broker: Broker, work: list[Work]
) -> None:
    assignment.begin(FIRST, [Fetched(7), Fetched(9), Fetched(10)])  # type: ignore[list-item]
    assignment.begin(SECOND, [Fetched(3, 1)])  # type: ignore[list-item]
    await let_it_run()
    work[0].steps.put_nowait(2)
    await let_it_run()
    await assignment.commit()
    await assignment.commit()
    assert broker.commits == [{FIRST: 10, SECOND: 3}]
    work[0].steps.put_nowait(1)
    await let_it_run()
    await assignment.commit()
    assert broker.commits[1:] == [{SECOND: 4}]
    await assignment.finish()


async def test_partitions_that_went_to_another_are_no_error(assignment: Assignment, broker: Broker) -> None:
    assignment.begin(FIRST, [Fetched(7)])  # type: ignore[list-item]
    broker.failure = CommitFailedError()
    with capture_logs() as logs:
        await assignment.commit()
    assert [entry["event"] for entry in logs] == ["offsets_not_committed"]
    await assignment.finish()


async def test_a_broker_that_is_away_can_be_told_later(assignment: Assignment, broker: Broker) -> None:
    assignment.begin(FIRST, [Fetched(7)])  # type: ignore[list-item]
    broker.failure = KafkaConnectionError()
    with pytest.raises(KafkaConnectionError):
        await assignment.commit()
    broker.failure = None
    await assignment.commit()
    assert broker.commits == [{FIRST: 7}]
    await assignment.finish()


async def test_taken_away_it_finishes_what_it_is_in_and_commits(
    assignment: Assignment, broker: Broker, work: list[Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_GRACE_SECONDS", 30)
    assignment.begin(FIRST, [Fetched(7), Fetched(8)])  # type: ignore[list-item]
    await let_it_run()
    revoked = asyncio.create_task(assignment.on_partitions_revoked([FIRST]))
    await let_it_run()
    assert not revoked.done()
    work[0].steps.put_nowait(1)
    await asyncio.wait_for(revoked, 10)
    assert broker.commits == [{FIRST: 8}]
    assert not work[0].given_up


async def test_what_does_not_end_in_time_is_cancelled(assignment: Assignment, broker: Broker, work: list[Work]) -> None:
    assignment.begin(FIRST, [Fetched(7), Fetched(8)])  # type: ignore[list-item]
    await let_it_run()
    await asyncio.wait_for(assignment.finish(), 10)
    assert work[0].given_up
    assert assignment.failure is None
    assert broker.commits == [{FIRST: 7}]


async def test_the_next_assignment_begins_afresh(assignment: Assignment, broker: Broker, work: list[Work]) -> None:
    await assignment.finish()
    await assignment.on_partitions_assigned([SECOND])
    assert len(work) == 2
    assert not work[1].stopping.is_set()
    assignment.begin(SECOND, [Fetched(3, 1)])  # type: ignore[list-item]
    await let_it_run()
    work[1].steps.put_nowait(1)
    await let_it_run()
    await assignment.commit()
    assert broker.commits == [{SECOND: 4}]
