"""What a worker does with acceptances, done at once and in this process, without the broker."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import orjson

from chassis.events import Record, encode
from chassis.kafka import Producer, Topics
from chassis.testing import SubgraphUnderTest
from subgraphs.loyalty.consumers import consumer
from subgraphs.loyalty.coupon_events import store
from subgraphs.loyalty.coupon_events.book import Book
from subgraphs.loyalty.coupon_events.gate import Gate
from subgraphs.loyalty.coupon_events.nudge import EventNudges
from subgraphs.loyalty.coupon_events.rules import Acceptance
from subgraphs.loyalty.coupon_events.send import accepted
from subgraphs.loyalty.coupon_events.stream import Stream
from subgraphs.loyalty.gates.rebuild import watch_gates
from subgraphs.loyalty.gates.reconcile import reconcile_events
from subgraphs.loyalty.settings import Settings
from tests.loyalty.backoffice import later


async def taken(subgraph: SubgraphUnderTest) -> list[Acceptance]:
    """What a relay finds to send."""
    async with subgraph.database.reading() as session:
        running = await store.running_events(session)
    return await subgraph.resources[Stream].take(running, timedelta(milliseconds=1))


async def record(subgraph: SubgraphUnderTest, acceptances: list[Acceptance]) -> int:
    """As one batch; how many messages were new."""
    records = [encode(accepted(each)) for each in acceptances]
    handler = consumer.handler_of(records[0])
    assert handler is not None
    arrived = [handler.read(each) for each in records]
    return await consumer.run(subgraph.database, subgraph.resources, handler, arrived)


async def record_all(subgraph: SubgraphUnderTest) -> None:
    while acceptances := await taken(subgraph):
        await record(subgraph, acceptances)


class Ear:
    """A producer that hears what it is to send; `refuses` is raised instead while it is set."""

    def __init__(self) -> None:
        self.heard: list[Record] = []
        self.times: list[int] = []
        """How many it was to send each time."""
        self.refuses: Exception | None = None

    async def send(self, records: Sequence[Record]) -> None:
        if self.refuses:
            raise self.refuses
        self.heard.extend(records)
        self.times.append(len(records))

    @property
    def people(self) -> list[UUID]:
        """Whose acceptances were sent, in the order of sending."""
        return [UUID(orjson.loads(record.value or b"")["user_id"]) for record in self.heard]


async def reconcile(subgraph: SubgraphUnderTest, ear: Ear, **passed: float) -> None:
    """Compare the books when so much time has passed."""
    with later(**passed):
        await reconcile_events(
            subgraph.database,
            subgraph.resources[Book],
            subgraph.resources[Stream],
            cast("Producer", ear),
            subgraph.resources[Settings],
        )


async def watch(subgraph: SubgraphUnderTest, **changes: Any) -> None:
    """Look at all gates, and rebuild those that are lost; `changes` are settings."""
    settings = cast("Settings", subgraph.settings).model_copy(update={"rebuild_grace_seconds": 0, **changes})
    resources = subgraph.resources
    await watch_gates(
        database=subgraph.database,
        gate=resources[Gate],
        book=resources[Book],
        stream=resources[Stream],
        nudges=resources[EventNudges],
        topics=Topics(settings),
        settings=settings,
    )
