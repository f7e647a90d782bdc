"""Workers that die in the middle of it: nobody who was accepted loses their coupon, and nobody gets two."""

from pathlib import Path

import pytest

from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from tests.loyalty.askers import ask_all, ensure_recorded, recorded, winners
from tests.loyalty.backoffice import create_event, stock
from tests.loyalty.workers import until, worker_process


@pytest.mark.slow
async def test_workers_killed_while_they_record_lose_nobody(subgraph: SubgraphUnderTest, tmp_path: Path) -> None:
    event, topics, log = await create_event(subgraph, quantity=400), f"test.{uuid7()}.", tmp_path / "worker.log"
    people, won = [uuid7() for _ in range(450)], {}
    for wave in range(2):
        some = people[wave * 225 : (wave + 1) * 225]
        async with worker_process(subgraph, topics, log):
            won |= winners(some, await ask_all(subgraph, event, some))
            before = (await stock(subgraph, event))["recorded"]
            await until(lambda: stock(subgraph, event), lambda found, before=before: found["recorded"] > before)
    assert len(won) == 400
    async with worker_process(subgraph, topics, log):
        found = await recorded(subgraph, event, 400)
    assert (found["accepted"], found["recorded"], found["deadLettered"]) == (400, 400, 0)
    await ensure_recorded(subgraph, event, won)
