"""The partitions a process has of its consumer's topics: what is under way in each, and how far each is done."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from chassis import metrics
from chassis.delivery import Delivery
from chassis.events import Record
from chassis.kafka import Topics

logger = structlog.get_logger(__name__)

_GRACE_SECONDS = 10.0
_MOST_WAITING = 1_000
"""Records of one partition, beside those that are worked on. A fetch may bring some more."""


class Assignment(ConsumerRebalanceListener):  # type: ignore[misc]  # the library has no types
    """Each partition is worked on in its order, beside the others: one that waits for infrastructure holds up no other.

    It is fetched on meanwhile, up to a bound, and only then paused: a fetch that the broker holds open leaves out what
    was paused when it was asked, so that whatever came next for such a partition would wait until that fetch is over.
    When partitions are taken away, each finishes the transaction it is in and the offsets are committed before anybody
    else gets them.
    """

    def __init__(self, kafka: AIOKafkaConsumer, deliver: Callable[[asyncio.Event], Delivery], topics: Topics) -> None:
        self._kafka = kafka
        self._deliver = deliver
        self._topics = topics
        self._stopping = asyncio.Event()
        self._delivery = deliver(self._stopping)
        self._waiting: dict[TopicPartition, list[ConsumerRecord[Any, Any]]] = {}
        self._work: dict[TopicPartition, asyncio.Task[None]] = {}
        self._done: dict[TopicPartition, int] = {}
        self._committed: dict[TopicPartition, int] = {}
        self._committing = asyncio.Lock()
        self.failure: Exception | None = None

    def begin(self, partition: TopicPartition, records: Sequence[ConsumerRecord[Any, Any]]) -> None:
        """Work on what was fetched, after what of the partition is worked on already.

        What comes while partitions are given back is nobody's: were it noted, what was left undone before it would be
        committed with it. Whoever has the partition next reads from what is committed.
        """
        if self._stopping.is_set():
            return
        self._done.setdefault(partition, records[0].offset)
        waiting = self._waiting.setdefault(partition, [])
        waiting.extend(records)
        if len(waiting) >= _MOST_WAITING:
            self._kafka.pause(partition)
        if partition not in self._work or self._work[partition].done():
            self._work[partition] = asyncio.create_task(self._work_on(partition))

    async def commit(self) -> None:
        """Tell the broker how far each partition is done."""
        async with self._committing:
            news = {each: offset for each, offset in self._done.items() if self._committed.get(each) != offset}
            if not news:
                return
            try:
                await self._kafka.commit(news)
            except (CommitFailedError, IllegalStateError) as error:
                # The partitions went to another member: it reads them again, and the inbox knows what was done.
                logger.warning("offsets_not_committed", error=repr(error))
            self._committed.update(news)

    def measure(self) -> None:
        """Publish how many records of each partition are not worked on yet."""
        for partition, done in self._done.items():
            end = self._kafka.highwater(partition)
            if end is not None:
                metrics.LAG.labels(*self._labels(partition)).set(max(0, end - done))

    async def finish(self) -> None:
        """Stop working: what is in a transaction finishes it, what waits for infrastructure is given up."""
        self._stopping.set()
        work = set(self._work.values())
        if work:
            _, unfinished = await asyncio.wait(work, timeout=_GRACE_SECONDS)
            for task in unfinished:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)
        try:
            async with asyncio.timeout(_GRACE_SECONDS / 2):
                await self.commit()
        except (KafkaError, TimeoutError) as error:
            logger.warning("offsets_not_committed", error=repr(error))
        self._forget()

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        await self.finish()

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        self._stopping = asyncio.Event()
        self._delivery = self._deliver(self._stopping)
        logger.info("partitions_assigned", partitions=sorted(f"{each.topic}/{each.partition}" for each in assigned))

    def _forget(self) -> None:
        for partition in self._done:
            with suppress(KeyError):
                metrics.LAG.remove(*self._labels(partition))
        self._work.clear()
        self._waiting.clear()
        self._done.clear()
        self._committed.clear()

    async def _work_on(self, partition: TopicPartition) -> None:
        stopping = self._stopping
        while not stopping.is_set() and self.failure is None and (records := self._waiting.pop(partition, None)):
            if len(records) >= _MOST_WAITING:
                self._kafka.resume(partition)
            await self._take(partition, records, stopping)

    async def _take(
        self, partition: TopicPartition, records: Sequence[ConsumerRecord[Any, Any]], stopping: asyncio.Event
    ) -> None:
        ahead = iter(records)

        def done(count: int) -> None:
            for _ in range(count):
                self._done[partition] = next(ahead).offset + 1

        try:
            await self._delivery.take([self._record(each) for each in records], done)
        except Exception as failure:  # noqa: BLE001 (the intake raises it, where it is seen)
            self.failure = failure
        except asyncio.CancelledError:
            if not stopping.is_set():  # something inside cancelled itself: the partition must not stand still for it
                self.failure = RuntimeError(f"The work on {partition.topic}/{partition.partition} was cancelled.")
            raise

    def _labels(self, partition: TopicPartition) -> tuple[str, str]:
        return self._topics.bare(partition.topic), str(partition.partition)

    def _record(self, record: ConsumerRecord[Any, Any]) -> Record:
        at = f"{record.topic}/{record.partition}@{record.offset}"
        return Record(self._topics.bare(record.topic), record.key, record.value, record.headers, at)
