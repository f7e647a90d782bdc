"""Nudges of events: thousands of moves are a few nudges, and none is the last that nobody is told of."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from chassis.cache import Cache
from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from subgraphs.loyalty.coupon_events.nudge import EventNudges, channel_of_event


@pytest.fixture
async def told(subgraph: SubgraphUnderTest, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Of what moves from now on; what others moved before is told first."""
    await subgraph.resources[EventNudges].close()
    channels: list[str] = []

    async def hear(_: Cache, channel: str) -> None:
        channels.append(channel)

    monkeypatch.setattr(Cache, "nudge", hear)
    return channels


@pytest.fixture
async def nudges(subgraph: SubgraphUnderTest) -> AsyncIterator[EventNudges]:
    made = EventNudges(subgraph.cache)
    yield made
    await made.close()


async def test_all_that_moves_within_a_moment_is_one_nudge_after_it(nudges: EventNudges, told: list[str]) -> None:
    one, other = uuid7(), uuid7()
    for _ in range(3_500):
        nudges.moved(one)
    nudges.moved(other)
    assert told == []
    await nudges.close()
    assert told == [channel_of_event(one), channel_of_event(other)]


async def test_what_moves_while_watchers_are_told_is_told_after(
    nudges: EventNudges, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    event = uuid7()

    async def move_again(_: Cache, channel: str) -> None:
        told.append(channel)
        if len(told) == 1:
            nudges.moved(event)

    monkeypatch.setattr(Cache, "nudge", move_again)
    nudges.moved(event)
    async with asyncio.timeout(30):
        while len(told) < 2:
            await nudges.close()
    assert told == [channel_of_event(event)] * 2


@pytest.mark.parametrize("times", [1, 2])
async def test_with_redis_away_nobody_is_told_and_it_is_said(
    nudges: EventNudges, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    async def away(*_: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(Cache, "nudge", away)
    with capture_logs() as logs:
        for _ in range(times):
            nudges.moved(uuid7())
        await nudges.close()
    assert [entry["event"] for entry in logs] == ["watchers_not_nudged"] * times
