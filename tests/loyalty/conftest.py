"""loyalty in this process, on real servers, empty before each test."""

from collections.abc import AsyncIterator

import pytest

from chassis.testing import Servers, SubgraphUnderTest, subgraph_under_test


@pytest.fixture(scope="session")
async def running(servers: Servers) -> AsyncIterator[SubgraphUnderTest]:
    async with subgraph_under_test("loyalty", servers) as under_test:
        yield under_test


@pytest.fixture
async def subgraph(running: SubgraphUnderTest) -> SubgraphUnderTest:
    await running.clear()
    return running
