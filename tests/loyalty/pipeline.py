"""What a worker does with acceptances, done at once and in this process, without the broker."""

from datetime import timedelta

from chassis.events import encode
from chassis.kafka import Producer
from chassis.testing import SubgraphUnderTest
from subgraphs.loyalty.consumers import consumer
from subgraphs.loyalty.coupon_events import store
from subgraphs.loyalty.coupon_events.reconcile import reconcile_events
from subgraphs.loyalty.coupon_events.rules import Acceptance
from subgraphs.loyalty.coupon_events.send import accepted
from subgraphs.loyalty.coupon_events.stream import Stream
from subgraphs.loyalty.settings import Settings
from tests.loyalty.backoffice import later

NO_TIME = timedelta(0)


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


async def settle(subgraph: SubgraphUnderTest, *, producer: Producer | None = None) -> None:
    """The books are compared some minutes later; without a producer there must be nothing to send."""
    settings = subgraph.resources[Settings]
    with later(minutes=5):
        sender = producer or Producer.connect(settings)
        await reconcile_events(subgraph.database, subgraph.resources[Stream], sender, settings)
