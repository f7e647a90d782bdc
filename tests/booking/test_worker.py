"""The worker finds everything its handlers and jobs ask for."""

from chassis.testing import SubgraphUnderTest
from subgraphs.booking.consumers import consumer
from subgraphs.booking.worker import JOBS


async def test_every_handler_and_job_is_handed_what_it_wants(subgraph: SubgraphUnderTest) -> None:
    consumer.check(subgraph.resources)
    assert [sorted(job.arguments(subgraph.resources)) for job in JOBS] == [
        ["cache", "database", "settings"],
        ["cache", "database", "settings"],
        ["cache", "database", "settings"],
        ["database"],
    ]
