"""The gate lost in the middle of an event, in every way it can be: nobody is refused by mistake, nobody gets two."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from chassis.ids import uuid7
from chassis.testing import Servers, SubgraphUnderTest
from tests.loyalty.askers import ensure_recorded, recorded, winners
from tests.loyalty.backoffice import create_event, stock
from tests.loyalty.plant import Plant, insist_all, planted, watching

pytestmark = pytest.mark.slow

QUANTITY = 40


@pytest.fixture
async def place(servers: Servers, tmp_path: Path) -> AsyncIterator[tuple[SubgraphUnderTest, Plant]]:
    plant = Plant(tmp_path)
    async with planted(servers, plant) as subgraph:
        yield subgraph, plant


async def rush_through(
    place: tuple[SubgraphUnderTest, Plant], monkeypatch: pytest.MonkeyPatch, fault: str
) -> tuple[dict[Any, Any], dict[Any, Any], dict[str, Any]]:
    """Who was told of a coupon before the gate was lost, and who in the end; and the stock at the end."""
    subgraph, plant = place
    event = await create_event(subgraph, quantity=QUANTITY)
    people = [uuid7() for _ in range(60)]
    async with watching(subgraph, monkeypatch):
        first = people[:10]
        before = winners(first, await insist_all(subgraph, event, first))
        await recorded(subgraph, event, 10)
        plant.copy()
        more = people[10:25]
        before |= winners(more, await insist_all(subgraph, event, more))
        await getattr(plant, fault)()
        await insist_all(subgraph, event, people[25:])
        # By now all are answered for good: what they are told again is what holds.
        won = winners(people, await insist_all(subgraph, event, people))
        await recorded(subgraph, event, QUANTITY)
        found = await stock(subgraph, event)
    await ensure_recorded(subgraph, event, won)
    return before, won, found


def ensure_agreed(found: dict[str, Any]) -> None:
    figures = [found[each] for each in ("accepted", "recorded", "inFlight", "deadLettered", "remaining")]
    assert figures == [QUANTITY, QUANTITY, 0, 0, 0]


@pytest.mark.parametrize("fault", ["kill_and_restart", "fail_over"])
async def test_whoever_was_accepted_keeps_it_when_redis_comes_back_with_all_it_had(
    place: tuple[SubgraphUnderTest, Plant], monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    before, won, found = await rush_through(place, monkeypatch, fault)
    assert len(before) == 25
    assert before.items() <= won.items()
    assert (found["accepted"], found["recorded"], found["inFlight"], found["deadLettered"]) == (
        QUANTITY,
        QUANTITY,
        0,
        0,
    )
    assert found["generation"] > 1


@pytest.mark.parametrize("fault", ["empty", "replace_by_empty", "set_back"])
async def test_whoever_is_recorded_keeps_it_when_redis_comes_back_with_less_or_nothing(
    place: tuple[SubgraphUnderTest, Plant], monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    before, won, found = await rush_through(place, monkeypatch, fault)
    kept = before.items() & won.items()
    assert len(kept) >= 10
    assert (found["accepted"], found["recorded"], found["inFlight"], found["deadLettered"]) == (
        QUANTITY,
        QUANTITY,
        0,
        0,
    )
    assert found["generation"] > 1
