"""The broker: topics declared by their owner, and a producer that keeps the order of each key."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Self

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import (
    KafkaError,
    MessageSizeTooLargeError,
    TopicAlreadyExistsError,
    UnknownTopicOrPartitionError,
    for_code,
)
from aiokafka.partitioner import DefaultPartitioner

from chassis.events import Record
from chassis.settings import ServiceSettings

logger = structlog.get_logger(__name__)

_REQUEST_TIMEOUT_MS = 10_000
_BATCH_BYTES = 512 * 1024
_LARGEST_RECORD = 900 * 1024  # a broker takes 1 MiB with everything around it
_CLOSING_SECONDS = 5
_LOOK_AGAIN = 0.05  # a broker answers before all of it knows the new topics

_partition_of = DefaultPartitioner()


class Topics:
    """Topics by the names the code knows; TOPIC_PREFIX is put in front on the way to the broker.

    Each service declares its own and waits for those of others, so that nothing is ever created by a typing error and
    a broker that lost its topics is noticed by whoever can send again what was in them.
    """

    def __init__(self, settings: ServiceSettings) -> None:
        self._settings = settings
        self._prefix = settings.topic_prefix

    def full(self, topic: str) -> str:
        return f"{self._prefix}{topic}"

    def bare(self, full_name: str) -> str:
        return full_name.removeprefix(self._prefix)

    async def existing(self) -> frozenset[str]:
        async with self._admin() as admin:
            names = await admin.list_topics()
        return frozenset(self.bare(name) for name in names if name.startswith(self._prefix))

    async def missing(self, topics: Iterable[str]) -> frozenset[str]:
        return frozenset(topics) - await self.existing()

    async def partitions(self, topic: str) -> list[TopicPartition]:
        """Those of a topic; none where it is not there."""
        if await self.missing([topic]):
            return []
        async with self._admin() as admin:
            [found] = await admin.describe_topics([self.full(topic)])
        return [TopicPartition(found["topic"], each["partition"]) for each in found["partitions"]]

    async def declare(self, topics: Iterable[str]) -> None:
        """Create those that are missing, and return when they are known; others may do the same at the same time."""
        absent = await self.missing(topics)
        if not absent:
            return
        async with self._admin() as admin:
            answer = await admin.create_topics([self._new(topic) for topic in sorted(absent)])
        for name, code, *_ in answer.topic_errors:
            error = for_code(code)
            if code and error is not TopicAlreadyExistsError:
                raise error(f"{name} could not be created")
        async with asyncio.timeout(_REQUEST_TIMEOUT_MS / 1000):
            while await self.missing(absent):  # noqa: ASYNC110 (it happens in the broker)
                await asyncio.sleep(_LOOK_AGAIN)
        logger.info("topics_declared", topics=sorted(absent))

    async def ping(self) -> None:
        await self.existing()

    def _new(self, topic: str) -> NewTopic:
        retention = self._settings.topic_retention_hours * 3_600_000
        return NewTopic(
            self.full(topic),
            num_partitions=self._settings.topic_partitions,
            replication_factor=self._settings.topic_replication,
            topic_configs={"retention.ms": str(retention)},
        )

    @asynccontextmanager
    async def _admin(self) -> AsyncIterator[AIOKafkaAdminClient]:
        admin = AIOKafkaAdminClient(
            bootstrap_servers=self._settings.kafka_bootstrap,
            client_id=self._settings.service,
            request_timeout_ms=_REQUEST_TIMEOUT_MS,
        )
        try:
            await admin.start()
            yield admin
        finally:
            await admin.close()


class Producer:
    """Sends records with all acknowledgements; one batch a partition is under way at a time."""

    def __init__(self, settings: ServiceSettings, topics: Topics) -> None:
        self._settings = settings
        self._topics = topics
        self._existing: frozenset[str] = frozenset()
        self._kafka: AIOKafkaProducer | None = None
        self._opening = asyncio.Lock()
        self._turns: dict[TopicPartition, asyncio.Lock] = defaultdict(asyncio.Lock)

    @classmethod
    def connect(cls, settings: ServiceSettings) -> Self:
        """A producer that goes to the broker when it is first asked to send."""
        return cls(settings, Topics(settings))

    async def send(self, records: Sequence[Record]) -> None:
        """Send all, those of one key in the order given. If it raises, any of them may have been sent or not."""
        lanes: dict[TopicPartition, list[Record]] = defaultdict(list)
        for record in records:
            lanes[await self.lane_of(record)].append(record)
        async with asyncio.TaskGroup() as group:
            for lane, queue in lanes.items():
                group.create_task(self._send_all(lane, queue))

    async def lane_of(self, record: Record) -> TopicPartition:
        """The partition to which the key of a record leads; Java's clients reckon the same."""
        await self._ensure_topic(record.topic)
        kafka = await self._open()
        topic = self._topics.full(record.topic)
        partitions = sorted(await kafka.partitions_for(topic))
        return TopicPartition(topic, _partition_of(record.key, partitions, partitions))

    async def send_batch(self, lane: TopicPartition, records: Sequence[Record]) -> int:
        """Send the first of `records` as one batch, all or nothing; how many of them it took."""
        async with self._turns[lane]:
            kafka = await self._open()
            batch = kafka.create_batch()
            sent = sum(1 for _ in _fill(batch, records))
            try:
                await (await kafka.send_batch(batch, lane.topic, partition=lane.partition))
            except KafkaError as error:
                self._existing = frozenset()  # it may be another broker by now, and without the topic
                if not error.retriable:
                    await self._drop(kafka)
                raise
        return sent

    async def close(self) -> None:
        kafka, self._kafka = self._kafka, None
        if kafka is not None:
            await close(kafka)

    async def _send_all(self, lane: TopicPartition, records: Sequence[Record]) -> None:
        sent = 0
        while sent < len(records):
            sent += await self.send_batch(lane, records[sent:])

    async def _ensure_topic(self, topic: str) -> None:
        """Asking the broker about a topic that is not there could create it: look at the list of all first."""
        if topic not in self._existing:
            self._existing = await self._topics.existing()
        if topic not in self._existing:
            raise UnknownTopicOrPartitionError(f"{self._topics.full(topic)} is not declared")

    async def _open(self) -> AIOKafkaProducer:
        async with self._opening:
            if self._kafka is None:
                kafka = AIOKafkaProducer(
                    bootstrap_servers=self._settings.kafka_bootstrap,
                    client_id=self._settings.service,
                    acks="all",
                    enable_idempotence=self._settings.kafka_idempotent_producer,
                    request_timeout_ms=_REQUEST_TIMEOUT_MS,
                    max_batch_size=_BATCH_BYTES,
                    metadata_max_age_ms=30_000,
                )
                await _start(kafka)
                self._kafka = kafka
            return self._kafka

    async def _drop(self, kafka: AIOKafkaProducer) -> None:
        """The next send opens another: after a refusal an idempotent producer's numbers don't match the broker's."""
        if kafka is self._kafka:
            self._kafka = None
            await close(kafka)


def _fill(batch: Any, records: Sequence[Record]) -> Iterable[Record]:
    for record in records:
        if len(record.value or b"") > _LARGEST_RECORD:
            raise MessageSizeTooLargeError(f"a record of {len(record.value or b'')} bytes is too large to be sent")
        if batch.append(timestamp=None, key=record.key, value=record.value, headers=list(record.headers)) is None:
            return
        yield record


async def _start(kafka: AIOKafkaProducer) -> None:
    try:
        await kafka.start()
    except BaseException:
        await close(kafka)
        raise


async def close(kafka: AIOKafkaProducer | AIOKafkaConsumer) -> None:
    """Stop a producer or consumer, without waiting for a broker that is away.

    What was not acknowledged is in the outbox, what was not committed comes again. When a request under way is
    cancelled by its own stopping, aiokafka gives up half way: then the connections are closed here.
    """
    stopping = asyncio.create_task(kafka.stop())
    done, _ = await asyncio.wait([stopping], timeout=_CLOSING_SECONDS)
    if done and not stopping.cancelled() and stopping.exception() is None:
        return
    stopping.cancel()
    logger.warning("not_stopped_cleanly", client=type(kafka).__name__)
    client = kafka.client if isinstance(kafka, AIOKafkaProducer) else kafka._client  # noqa: SLF001 (no other door)
    await client.close()
