"""The relay: sends what transactions put into the outbox, in order within each key, at least once."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any

import orjson
import structlog
from aiokafka import TopicPartition
from sqlalchemy import Row

from chassis import metrics
from chassis.backoff import Backoff
from chassis.database import Database
from chassis.events import Record, headers_of
from chassis.holding import Holding
from chassis.kafka import Producer
from chassis.outages import is_outage
from chassis.outbox import mark_sent, queue_of, unsent
from chassis.shards import Shards
from chassis.waiting import comes_within

logger = structlog.get_logger(__name__)

Rows = Sequence[Row[Any]]

_AT_ONCE = 500
_MOST_HELD = 5_000
_GRACE_SECONDS = 10


class Relay:
    """Any number of relays may run on one outbox: each shard, and so each key, has one of them at a time.

    What keeps its order is a queue: the rows of one key to one topic. While some of it is being sent none of it is
    read, so that a failed send holds back its queue and nothing else. Rows are marked once the broker has
    acknowledged them; killed in between, they are sent twice, and the inboxes of the receivers know them by their ids.
    """

    def __init__(self, database: Database, producer: Producer, *, look_every: float = 1.0) -> None:
        self._database = database
        self._table = database.table("outbox")
        self._producer = producer
        self._look_every = look_every
        self._called = asyncio.Event()
        self._holding = Holding(self._called.set)
        self._sending: set[asyncio.Task[None]] = set()
        self._busy: Counter[int] = Counter()
        self._failure: BaseException | None = None

    async def run(self, stopping: asyncio.Event) -> None:
        """Relay until told to stop; what is being sent then is finished."""
        backoff = Backoff(most=10)
        while not stopping.is_set():
            try:
                async with Shards.open(self._database, self._called.set) as shards:
                    backoff.reset()
                    await self._relay(shards, stopping)
            except Exception as error:
                if not is_outage(error):
                    raise
                logger.warning("relay_interrupted", error=repr(error))
                await comes_within(stopping, backoff.delay())

    async def _relay(self, shards: Shards, stopping: asyncio.Event) -> None:
        stop = asyncio.create_task(_when(stopping, self._called.set))
        share_again = monotonic()
        try:
            while not stopping.is_set():
                self._called.clear()
                if self._failure:
                    raise self._failure
                if monotonic() >= share_again:
                    await shards.share(busy=+self._busy)
                    metrics.OUTBOX_SHARDS.set(len(shards.owned))
                    share_again = monotonic() + self._look_every
                if not await self._round(shards):
                    await comes_within(self._called, self._look_every)
        finally:
            stop.cancel()
            await self._settle()

    async def _round(self, shards: Shards) -> bool:
        """Read what waits and start to send it; False when there is nothing, or too much is held already."""
        if not shards.owned or len(self._holding.queues) >= _MOST_HELD:
            return False
        rows = await shards.run(unsent, self._table, shards=shards.owned, held=self._holding.queues, limit=_AT_ONCE)
        by_topic: dict[str, list[Row[Any]]] = defaultdict(list)
        for row in rows:
            by_topic[row.topic].append(row)
        for topic_rows in by_topic.values():
            self._holding.hold(map(queue_of, topic_rows))
            self._start(shards, topic_rows)
        return bool(rows)

    def _start(self, shards: Shards, rows: Rows) -> None:
        """Send the rows of one topic beside whatever else goes on; their shards can't be given away meanwhile."""
        taken = [row.shard for row in rows]
        self._busy.update(taken)
        task = asyncio.create_task(self._send(shards, rows))
        self._sending.add(task)

        def finished(_: asyncio.Task[None]) -> None:
            self._sending.discard(task)
            self._busy.subtract(taken)
            if not task.cancelled() and task.exception():
                self._failure = task.exception()
                self._called.set()

        task.add_done_callback(finished)

    async def _send(self, shards: Shards, rows: Rows) -> None:
        lanes: dict[TopicPartition, list[Row[Any]]] = defaultdict(list)
        try:
            for row in rows:
                lanes[await self._producer.lane_of(_record(row))].append(row)
        except Exception as error:  # noqa: BLE001 (told and tried again)
            self._hold_back(rows, error)
        else:
            await asyncio.gather(*(self._send_lane(shards, lane, waiting) for lane, waiting in lanes.items()))

    async def _send_lane(self, shards: Shards, lane: TopicPartition, rows: Rows) -> None:
        """All rows as one batch; if it is refused for what is in it, one by one to find out which row that is."""
        try:
            await self._send_rows(shards, lane, rows)
        except Exception as error:  # noqa: BLE001 (told and tried again)
            if is_outage(error) or len(rows) == 1:
                self._hold_back(rows, error)
            else:
                await self._send_singly(shards, lane, rows)
        else:
            self._holding.release(map(queue_of, rows))

    async def _send_singly(self, shards: Shards, lane: TopicPartition, rows: Rows) -> None:
        failed: dict[str, Row[Any]] = {}
        for row in rows:
            if queue_of(row) in failed:
                continue
            try:
                await self._send_rows(shards, lane, [row])
            except Exception as error:  # noqa: BLE001 (told and tried again)
                failed[queue_of(row)] = row
                self._hold_back([row], error)
        self._holding.release({queue_of(row) for row in rows} - set(failed))

    async def _send_rows(self, shards: Shards, lane: TopicPartition, rows: Rows) -> None:
        """Send, then mark. A batch may be full before the last row is in it."""
        records = [_record(row) for row in rows]
        done = 0
        while done < len(rows):
            sent = await self._producer.send_batch(lane, records[done:])
            await shards.run(mark_sent, self._table, [row.sequence for row in rows[done : done + sent]])
            metrics.SENT.labels(rows[0].topic).inc(sent)
            done += sent

    def _hold_back(self, rows: Rows, error: Exception) -> None:
        metrics.SEND_FAILURES.labels(rows[0].topic).inc()
        logger.warning(
            "messages_not_sent", topic=rows[0].topic, count=len(rows), first=str(rows[0].id), error=repr(error)
        )
        self._holding.hold_back(map(queue_of, rows))

    async def _settle(self) -> None:
        """Let what is being sent come to its end, unless the broker is away: then it is sent again another time."""
        if self._sending:
            _, unfinished = await asyncio.wait(self._sending, timeout=_GRACE_SECONDS)
            for task in unfinished:
                task.cancel()
            await asyncio.gather(*unfinished, return_exceptions=True)
        self._holding.clear()


def _record(row: Row[Any]) -> Record:
    headers = headers_of(row.id, row.name, row.occurred_at, row.traceparent)
    return Record(row.topic, row.key.encode(), orjson.dumps(row.payload), headers)


async def _when(event: asyncio.Event, then: Callable[[], None]) -> None:
    await event.wait()
    then()
