"""The broker or PostgreSQL away: people are accepted all the same, and theirs is recorded when all is back."""

import asyncio
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from pydantic import SecretStr

from chassis.ids import uuid7
from chassis.testing import SubgraphUnderTest
from stack.ports import free_port
from stack.servers import embedded_broker
from subgraphs.loyalty import worker
from tests.chassis.proxy import Proxy
from tests.loyalty.askers import ask_all, ensure_recorded, recorded, winners
from tests.loyalty.backoffice import create_event, stock
from tests.loyalty.workers import until, worker_process, working


@pytest.mark.slow
async def test_with_the_broker_away_people_are_accepted_and_recorded_when_it_is_there(
    subgraph: SubgraphUnderTest, tmp_path: Path
) -> None:
    event, people = await create_event(subgraph, quantity=50), [uuid7() for _ in range(80)]
    with ExitStack() as later:
        broker = embedded_broker(tmp_path, port=free_port())
        async with working(subgraph, kafka_bootstrap=broker.url):
            won = winners(people, await ask_all(subgraph, event, people))
            before = await stock(subgraph, event)
            later.enter_context(broker)
            found = await recorded(subgraph, event, 50)
    assert (before["accepted"], before["recorded"], before["deadLettered"]) == (50, 0, 0)
    assert (found["recorded"], found["deadLettered"]) == (50, 0)
    await ensure_recorded(subgraph, event, won)


@pytest.mark.slow
async def test_a_broker_that_forgets_everything_in_the_middle_loses_nobody(
    subgraph: SubgraphUnderTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    often = [replace(job, every=job.every and timedelta(seconds=1)) for job in worker.JOBS]
    monkeypatch.setattr("tests.loyalty.workers.JOBS", often)
    event, people = await create_event(subgraph, quantity=60), [uuid7() for _ in range(60)]
    with embedded_broker(tmp_path) as broker:
        async with working(subgraph, kafka_bootstrap=broker.url, overdue_seconds=2):
            won = winners(people[:30], await ask_all(subgraph, event, people[:30]))
            await recorded(subgraph, event, 1)
            broker.kill()
            won |= winners(people[30:], await ask_all(subgraph, event, people[30:]))
            broker.start()
            found = await recorded(subgraph, event, 60)
    assert (found["accepted"], found["recorded"], found["deadLettered"]) == (60, 60, 0)
    await ensure_recorded(subgraph, event, won)


@pytest.mark.slow
@pytest.mark.timeout(480)
async def test_three_minutes_without_a_broker_in_the_middle_of_a_rush_lose_none_of_ten_thousand(
    subgraph: SubgraphUnderTest, tmp_path: Path
) -> None:
    event, people = await create_event(subgraph, quantity=10_000), [uuid7() for _ in range(10_000)]
    won: dict[UUID, tuple[str, int]] = {}
    log, topics = tmp_path / "worker.log", f"test.{uuid7()}."
    with embedded_broker(tmp_path) as broker:
        async with worker_process(subgraph, topics, log, KAFKA_BOOTSTRAP=broker.url, LOYALTY_OVERDUE_SECONDS="20"):
            for start in range(0, 10_000, 250):
                if start == 5_000:
                    await recorded(subgraph, event, 1_000)
                    broker.kill()
                    away = asyncio.create_task(asyncio.sleep(180))
                some = people[start : start + 250]
                won |= winners(some, await ask_all(subgraph, event, some))
            before = await stock(subgraph, event)
            await away
            broker.start()
            found = await until(lambda: stock(subgraph, event), lambda seen: seen["recorded"] == 10_000, within=180)
    assert before["accepted"] == 10_000
    assert before["recorded"] < 6_000
    assert [found[each] for each in ("accepted", "recorded", "deadLettered", "inFlight")] == [10_000, 10_000, 0, 0]
    assert len(won) == 10_000
    await ensure_recorded(subgraph, event, won)


@pytest.mark.slow
async def test_with_postgresql_away_people_are_accepted_and_recorded_when_it_is_back(
    subgraph: SubgraphUnderTest,
) -> None:
    event, people = await create_event(subgraph, quantity=50), [uuid7() for _ in range(80)]
    server = urlsplit(subgraph.settings.database_url.get_secret_value())
    async with Proxy(str(server.hostname), server.port or 5432) as proxy:
        away = SecretStr(server._replace(netloc=f"postgres@127.0.0.1:{proxy.port}").geturl())
        async with working(subgraph, database_url=away):
            won = winners(people[:10], await ask_all(subgraph, event, people[:10]))
            await recorded(subgraph, event, 10)
            await proxy.away()
            won |= winners(people[10:], await ask_all(subgraph, event, people[10:]))
            before = await stock(subgraph, event)
            await proxy.back()
            found = await recorded(subgraph, event, 50)
    assert (before["accepted"], before["recorded"], before["deadLettered"]) == (50, 10, 0)
    assert (found["recorded"], found["deadLettered"]) == (50, 0)
    await ensure_recorded(subgraph, event, won)
