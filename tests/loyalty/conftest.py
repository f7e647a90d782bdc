"""loyalty in this process, on real servers, empty before each test."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from redis.asyncio.connection import AbstractConnection

from chassis.testing import Servers, SubgraphUnderTest, subgraph_under_test

# Those who watch are nudged by the clock, and channels are joined and left on a connection of their own.
NOT_ASKED = (b"PUBLISH", b"SUBSCRIBE", b"HELLO", b"CLIENT", b"PING")


@pytest.fixture(scope="session")
async def running(servers: Servers) -> AsyncIterator[SubgraphUnderTest]:
    async with subgraph_under_test("loyalty", servers) as under_test:
        yield under_test


@pytest.fixture
async def subgraph(running: SubgraphUnderTest) -> SubgraphUnderTest:
    await running.clear()
    return running


@pytest.fixture
def round_trips(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many commands each round trip to Redis carries; clear it, act, and count."""
    trips: list[int] = []
    send = AbstractConnection.send_packed_command

    async def counted(connection: AbstractConnection, command: Any, check_health: bool = True) -> None:
        if not any(word in part for part in command for word in NOT_ASKED):
            trips.append(len(command))
        await send(connection, command, check_health)

    monkeypatch.setattr(AbstractConnection, "send_packed_command", counted)
    return trips
