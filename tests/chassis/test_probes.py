"""Alive, ready, and how it is doing."""

import asyncio
from time import monotonic

import pytest

from chassis.probes import readiness
from chassis.resources import Resources
from tests.chassis.sample import running, service


class Fine:
    async def ping(self) -> None:
        return


class Broken:
    async def ping(self) -> None:
        raise ConnectionRefusedError("postgresql://user:swordfish@10.0.0.7 refused")


class Hanging:
    async def ping(self) -> None:
        await asyncio.Event().wait()


class Silent:
    """Can't be asked."""


def holding(*resources: object) -> Resources:
    held = Resources()
    for each in resources:
        held.add(type(each), each)
    return held


async def test_it_is_alive_whatever_is_missing() -> None:
    async with running(service(add=[Broken()])) as client:
        answer = await client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "alive")


async def test_it_is_ready_when_everything_that_can_be_asked_answers() -> None:
    async with running(service(add=[Fine(), Silent()])) as client:
        answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "missing": {}, "checked": ["Fine"]})


async def test_it_says_what_is_missing_and_no_secret() -> None:
    async with running(service(add=[Fine(), Broken()])) as client:
        answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "ready": False,
        "missing": {"Broken": "ConnectionRefusedError"},
        "checked": ["Broken", "Fine"],
    }
    assert "swordfish" not in answer.text


async def plain_timer(seconds: float) -> float:
    """When it is done: on a busy machine it is late as well."""
    await asyncio.sleep(seconds)
    return monotonic()


async def test_what_does_not_answer_is_not_waited_for_longer_than_patience_lasts() -> None:
    timer = asyncio.create_task(plain_timer(0.05))
    reasons = await readiness(holding(Hanging(), Fine(), Broken()), patience=0.05)
    assert reasons == {"Hanging": "no answer in time", "Fine": None, "Broken": "ConnectionRefusedError"}
    assert monotonic() < await timer + 2


async def test_resources_are_asked_at_the_same_time() -> None:
    both = asyncio.Barrier(2)

    class One:
        async def ping(self) -> None:
            await both.wait()

    class Two(One):
        pass

    assert await readiness(holding(One(), Two()), patience=30) == {"One": None, "Two": None}


@pytest.mark.parametrize("name", ["graphql_requests_total", "graphql_request_seconds_bucket", "graphql_errors_total"])
async def test_measures_are_told_to_prometheus(name: str) -> None:
    async with running(service()) as client:
        await client.post("/graphql", json={"query": "{hello missing}"})
        answer = await client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    assert any(line.startswith(name) for line in answer.text.splitlines())


async def test_the_pool_is_measured_when_it_is_asked_for(database: object) -> None:
    async with running(service(add=[database])) as client:
        assert (await client.get("/readyz")).json()["checked"] == ["Database"]
        answer = await client.get("/metrics")
    assert 'database_pool_connections{state="idle"} 1.0' in answer.text
    assert 'database_pool_connections{state="in use"} 0.0' in answer.text
