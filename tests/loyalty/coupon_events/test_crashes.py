"""Processes that die in the middle of it: nobody who was accepted loses their coupon, and nobody gets two."""

import asyncio
from asyncio.subprocess import Process
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from chassis.ids import uuid7
from chassis.roles import Role
from chassis.testing import SubgraphUnderTest
from stack.ports import free_port
from tests.loyalty.askers import ISSUE, ask_all, ensure_recorded, recorded, winners
from tests.loyalty.backoffice import create_event, stock
from tests.loyalty.workers import api_process, until, worker_process

pytestmark = pytest.mark.slow


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


@pytest.mark.parametrize(
    ("step", "times"),
    [
        pytest.param("Producer.send", "2", id="between reading and sending"),
        pytest.param("Stream.sent", "2", id="between sending and noting it"),
        pytest.param("Stream.forget", "1", id="between recording and forgetting it"),
        pytest.param("record.award_coupons", "1", id="in the middle of recording"),
    ],
)
async def test_a_worker_killed_at_that_very_step_loses_nobody(
    subgraph: SubgraphUnderTest, tmp_path: Path, step: str, times: str
) -> None:
    event, topics, log = await create_event(subgraph, quantity=60), f"test.{uuid7()}.", tmp_path / "worker.log"
    people = [uuid7() for _ in range(80)]
    async with worker_process(subgraph, topics, log, "tests.loyalty.dying", step, times) as dying:
        won = winners(people[:40], await ask_all(subgraph, event, people[:40]))
        asking = asyncio.create_task(_trickle(subgraph, event, people[40:50], dying))
        async with asyncio.timeout(60):
            assert await dying.wait() == -9
        won |= await asking
    async with worker_process(subgraph, topics, log):
        won |= winners(people[50:], await ask_all(subgraph, event, people[50:]))
        found = await recorded(subgraph, event, 60)
    assert (found["accepted"], found["recorded"], found["deadLettered"]) == (60, 60, 0)
    await ensure_recorded(subgraph, event, won)


async def _trickle(
    subgraph: SubgraphUnderTest, event: UUID, people: list[UUID], dying: Process
) -> dict[UUID, tuple[str, int]]:
    """Each when somebody before is recorded, so that a relay reads more than once; it may take long to come up."""
    won: dict[UUID, tuple[str, int]] = {}
    for person in people:
        before = (await stock(subgraph, event))["recorded"]
        won |= winners([person], await ask_all(subgraph, event, [person]))
        await until(
            lambda: stock(subgraph, event),
            lambda found, before=before: found["recorded"] > before or dying.returncode is not None,
        )
    return won


async def test_an_api_killed_while_it_answers_has_everybody_told_the_same_again(
    subgraph: SubgraphUnderTest, tmp_path: Path
) -> None:
    event, port, log = await create_event(subgraph, quantity=300), free_port(), tmp_path / "api.log"
    people = [uuid7() for _ in range(400)]
    async with worker_process(subgraph, f"test.{uuid7()}.", tmp_path / "worker.log"):
        async with api_process(subgraph, port, log) as api, _client(port) as client:
            asking = [asyncio.create_task(_ask(client, subgraph, event, person)) for person in people]
            # Counted here: asking a server how many they are may take it until all of them are answered.
            while sum(each.done() for each in asking) < 50:
                await asyncio.sleep(0)
            api.kill()
            first = dict(zip(people, await asyncio.gather(*asking), strict=True))
        answered = {person: answer for person, answer in first.items() if answer is not None}
        assert 0 < len(answered) < len(people)
        async with api_process(subgraph, port, log), _client(port) as client:
            again = await asyncio.gather(*(_ask(client, subgraph, event, person) for person in people))
        assert None not in again
        told = [answer for answer in again if answer is not None]
        won = winners([*answered, *people], [*answered.values(), *told])
        found = await recorded(subgraph, event, 300)
    assert (found["accepted"], found["recorded"], found["deadLettered"]) == (300, 300, 0)
    await ensure_recorded(subgraph, event, won)


def _client(port: int) -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=60)
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", limits=limits, timeout=30)


async def _ask(
    client: httpx.AsyncClient, subgraph: SubgraphUnderTest, event: UUID, person: UUID
) -> dict[str, Any] | None:
    """None where no answer came."""
    headers = {"Authorization": f"Bearer {subgraph.tokens.issue(person, Role.GUEST)}"}
    try:
        body = {"query": ISSUE, "variables": {"id": str(event)}}
        answer = (await client.post("/graphql", json=body, headers=headers)).json()
    except httpx.TransportError:
        return None
    assert "errors" not in answer, answer
    found: dict[str, Any] = answer["data"]["issueCoupon"]
    return found
