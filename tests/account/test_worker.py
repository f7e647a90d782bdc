"""The worker opens what it needs, all of which can be ready without an API beside it."""

from chassis.probes import readiness
from chassis.testing import SubgraphUnderTest
from subgraphs.account.resources import open_resources
from subgraphs.account.settings import Settings


async def test_all_that_a_worker_opens_is_ready(account: SubgraphUnderTest) -> None:
    opened = await open_resources(account.resources[Settings])
    try:
        assert await readiness(opened) == {"Database": None, "Cache": None}
    finally:
        await opened.close()
