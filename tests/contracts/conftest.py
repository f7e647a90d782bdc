"""Four subgraphs in this process that talk as they would over the broker, and the provider's simulator."""

from collections.abc import AsyncIterator

import pytest

from chassis.testing import Servers, SubgraphUnderTest, subgraph_under_test
from tests.accommodation.conftest import Places
from tests.contracts.conversation import Conversation
from tests.payment.conftest import listener, postbox, service, simulator_settings, world
from tests.payment.world import World

__all__ = ["listener", "postbox", "service", "simulator_settings", "world"]


@pytest.fixture(scope="session")
async def accommodation(servers: Servers) -> AsyncIterator[SubgraphUnderTest]:
    async with subgraph_under_test("accommodation", servers) as under_test:
        yield under_test


@pytest.fixture(scope="session")
async def booking(servers: Servers) -> AsyncIterator[SubgraphUnderTest]:
    async with subgraph_under_test("booking", servers) as under_test:
        yield under_test


@pytest.fixture(scope="session")
async def loyalty(servers: Servers) -> AsyncIterator[SubgraphUnderTest]:
    async with subgraph_under_test("loyalty", servers) as under_test:
        yield under_test


@pytest.fixture(params=["once", "twice"])
async def conversation(
    request: pytest.FixtureRequest,
    accommodation: SubgraphUnderTest,
    booking: SubgraphUnderTest,
    loyalty: SubgraphUnderTest,
    world: World,
) -> Conversation:
    """Every message arrives once, or is said twice."""
    for subgraph in (accommodation, booking, loyalty):
        await subgraph.clear()
    return Conversation(
        booking, accommodation, loyalty, world, Places(accommodation), times=1 + (request.param == "twice")
    )
