"""Delivery: how records get through their handlers, whatever goes wrong, without ever blocking the next."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import TypeVar

import structlog

from chassis import metrics
from chassis.backoff import Backoff
from chassis.consumer import Arrived, Consumer, Handler
from chassis.database import Database
from chassis.dead_letters import announce, put_aside
from chassis.events import Record, UnreadableRecord, is_dead, name_of
from chassis.kafka import Producer
from chassis.outages import is_outage, took_too_long
from chassis.resources import Resources
from chassis.waiting import comes_within

logger = structlog.get_logger(__name__)

T = TypeVar("T")


@dataclass(slots=True)
class Run:
    """Records that follow each other, for one function; `length` also counts those between them for nobody here."""

    handler: Handler | None = None
    records: list[Record] = field(default_factory=list)
    length: int = 0

    def takes(self, handler: Handler) -> bool:
        if self.handler is None:
            return True
        return handler.function is self.handler.function and len(self.records) < (handler.batch or 1)

    def add(self, handler: Handler, record: Record) -> None:
        self.handler = self.handler or handler
        self.records.append(record)
        self.length += 1


class Delivery:
    """One transaction for each message or batch.

    Infrastructure that is away is waited for, for as long as it takes. A message that fails by itself is tried again a
    few times and then put aside, alone, however large the batch was in which it came. `slots` is how many
    transactions all partitions of the process may have open: fewer than the pool has connections.
    """

    def __init__(
        self,
        consumer: Consumer,
        database: Database,
        resources: Resources,
        producer: Producer,
        *,
        slots: asyncio.Semaphore,
        stopping: asyncio.Event,
        tries: int = 5,
    ) -> None:
        self._consumer = consumer
        self._database = database
        self._resources = resources
        self._producer = producer
        self._slots = slots
        self._stopping = stopping
        self._tries = tries

    async def take(self, records: Sequence[Record], done: Callable[[int], None]) -> None:
        """Work on records of one partition in their order; `done(n)` is called after each transaction, for n records.

        Told to stop, it finishes the transaction it is in; where it only waits to try again, it is cancelled.
        """
        for run in self._runs(records):
            if self._stopping.is_set():
                return
            await self._deliver(run)
            done(run.length)

    def _runs(self, records: Sequence[Record]) -> Iterator[Run]:
        run = Run()
        for record in records:
            handler = self._consumer.handler_of(record)
            if handler is not None:
                if not run.takes(handler):
                    yield run
                    run = Run()
                run.add(handler, record)
            elif name_of(record) is None:
                yield run
                yield Run(None, [record], 1)
                run = Run()
            else:
                run.length += 1
        if run.length:
            yield run

    async def _deliver(self, run: Run) -> None:
        arrived = []
        for record in run.records:
            try:
                arrived.append(_read(self._consumer.handler_of(record), record))
            except UnreadableRecord as error:
                await self._put_aside(record, error, tries=1)
        if arrived and run.handler is not None:
            await self._attempt(run.handler, arrived)

    async def _attempt(self, handler: Handler, arrived: Sequence[Arrived]) -> None:
        """The batch as a whole or, if it fails, each half of it, until what is wrong stands alone."""
        if len(arrived) == 1:
            await self._insist(handler, arrived[0])
            return
        try:
            await self._run(handler, arrived)
        except Exception as error:  # noqa: BLE001 (it comes again with a part of the batch)
            logger.warning("batch_divided", message_name=handler.name, size=len(arrived), error=repr(error))
            middle = len(arrived) // 2
            await self._attempt(handler, arrived[:middle])
            await self._attempt(handler, arrived[middle:])

    async def _insist(self, handler: Handler, arrived: Arrived) -> None:
        """One message, a few times: what failed for a moment's reason works then, what fails by itself never does."""
        backoff = Backoff(first=0.1, most=2)
        for tried in range(1, self._tries + 1):
            try:
                await self._run(handler, [arrived])
            except Exception as error:
                if tried == self._tries:
                    logger.exception("message_failed", message_name=name_of(arrived.record), at=arrived.record.at)
                    await self._put_aside(arrived.record, error, tries=tried)
                else:
                    await self._pause(backoff)
            else:
                return

    async def _run(self, handler: Handler, arrived: Sequence[Arrived]) -> None:
        async def run() -> int:
            async with self._slots:
                return await self._consumer.run(self._database, self._resources, handler, arrived)

        started, outcome = perf_counter(), "failed"
        try:
            await self._steadily(run, divisible=len(arrived) > 1)
            outcome = "done"
        finally:
            metrics.HANDLED.labels(handler.name, outcome).observe(perf_counter() - started)

    async def _put_aside(self, record: Record, error: Exception, tries: int) -> None:
        """As a row and on the topic's dead letters. Killed in between, it is done again: as the same row."""
        logger.error("message_put_aside", message_name=name_of(record), at=record.at, reason=type(error).__name__)
        if is_dead(record.topic):
            return  # its letter is kept already, where it failed first
        await self._steadily(lambda: put_aside(self._database, self._consumer.name, record, error, tries))
        await self._steadily(lambda: announce(self._producer, self._consumer.name, record, error))

    async def _steadily(self, task: Callable[[], Awaitable[T]], *, divisible: bool = False) -> T:
        """Do it, and while infrastructure is away wait and do it again. What is too much at once may be divided."""
        backoff = Backoff(first=0.2, most=15)
        waiting = False
        try:
            while True:
                try:
                    return await task()
                except Exception as error:
                    if not is_outage(error) or (divisible and took_too_long(error)):
                        raise
                    logger.warning("waiting_for_infrastructure", error=repr(error))
                    if not waiting:
                        metrics.PAUSED.inc()
                    waiting = True
                    await self._pause(backoff)
        finally:
            if waiting:
                metrics.PAUSED.dec()

    async def _pause(self, backoff: Backoff) -> None:
        if await comes_within(self._stopping, backoff.delay()):
            raise asyncio.CancelledError


def _read(handler: Handler | None, record: Record) -> Arrived:
    if handler is None:
        raise UnreadableRecord("The record does not say what it is: it has no header `name`.")
    return handler.read(record)
