"""The intake: keeps a consumer in its group, reads what arrives, and says what is done once it is."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from time import monotonic
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from chassis.assignment import Assignment
from chassis.backoff import Backoff
from chassis.delivery import Delivery
from chassis.kafka import Topics, close
from chassis.settings import ServiceSettings
from chassis.waiting import comes_within

logger = structlog.get_logger(__name__)

_POLL_MS = 250
_COMMIT_EVERY = 0.1
_LOOK_FOR_TOPICS_EVERY = 2.0


class Intake:
    """Joins when the topics are there, and again when the broker was away; several processes share the partitions."""

    def __init__(
        self,
        settings: ServiceSettings,
        topics: Topics,
        wanted: Iterable[str],
        deliver: Callable[[asyncio.Event], Delivery],
    ) -> None:
        self._settings = settings
        self._topics = topics
        self._wanted = frozenset(wanted)
        self._deliver = deliver
        self._joined = False

    async def ping(self) -> None:
        """Raises unless all that is wanted can be read now."""
        if not self._joined:
            raise ConnectionError("The consumer has not joined its group on all of its topics.")

    async def run(self, stopping: asyncio.Event) -> None:
        """Read until told to stop; what is in a transaction then is finished and committed."""
        backoff = Backoff(first=0.3, most=5)
        while self._wanted and not stopping.is_set():
            try:
                there = self._wanted & await self._topics.existing()
                if there:
                    await self._follow(there, stopping)
                    backoff.reset()
            except (KafkaError, OSError, TimeoutError) as error:
                logger.warning("intake_interrupted", error=repr(error))
            except Exception:
                logger.exception("intake_failed")
            finally:
                self._joined = False
            await comes_within(stopping, backoff.delay())

    async def _follow(self, there: frozenset[str], stopping: asyncio.Event) -> None:
        kafka = self._open()
        assignment = Assignment(kafka, self._deliver, self._topics)
        kafka.subscribe([self._topics.full(each) for each in there], listener=assignment)
        committing = asyncio.create_task(_commit_regularly(assignment))
        try:
            # Joining and reading wait for the broker for however long it is away: being told to stop must end that.
            await _until(stopping, self._read(kafka, assignment, there))
        finally:
            committing.cancel()
            await assignment.finish()
            await close(kafka)

    async def _read(self, kafka: AIOKafkaConsumer, assignment: Assignment, there: frozenset[str]) -> None:
        await kafka.start()
        self._joined = there == self._wanted
        look_again = monotonic() + _LOOK_FOR_TOPICS_EVERY
        while True:
            fetched = await kafka.getmany(timeout_ms=_POLL_MS)
            if assignment.failure:
                raise assignment.failure
            for partition, records in fetched.items():
                assignment.begin(partition, records)
            if not self._joined and monotonic() > look_again:
                look_again = monotonic() + _LOOK_FOR_TOPICS_EVERY
                found = self._wanted & await self._topics.existing()
                if found != there:  # subscribing again, even to the same, has the whole group join again
                    there = found
                    kafka.subscribe([self._topics.full(each) for each in there], listener=assignment)
                    self._joined = there == self._wanted

    def _open(self) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            bootstrap_servers=self._settings.kafka_bootstrap,
            client_id=self._settings.service,
            group_id=self._topics.full(self._settings.service),
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            session_timeout_ms=self._settings.kafka_session_timeout_ms,
            heartbeat_interval_ms=min(3_000, self._settings.kafka_session_timeout_ms // 6),
            rebalance_timeout_ms=30_000,
            request_timeout_ms=15_000,
            fetch_max_wait_ms=self._settings.kafka_fetch_wait_ms,
            metadata_max_age_ms=30_000,
        )


async def _until(stopping: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Do the work until it ends or one is told to stop, whichever comes first."""
    task, told = asyncio.create_task(work), asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait([task, told], return_when=asyncio.FIRST_COMPLETED)
    finally:
        told.cancel()
        task.cancel()
        await asyncio.wait([task])
    if not task.cancelled():
        task.result()


async def _commit_regularly(assignment: Assignment) -> None:
    while True:
        await asyncio.sleep(_COMMIT_EVERY)
        try:
            await assignment.commit()
        except KafkaError as error:
            logger.warning("offsets_not_committed", error=repr(error))
        assignment.measure()
