"""Operations are counted and timed by their kind and how they ended."""

from collections.abc import AsyncIterator

import httpx
import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from tests.chassis.sample import ask, running, service


@pytest.fixture(scope="module")
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with running(service()) as started:
        yield started


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, {"face": "public", **labels}) or 0


@pytest.mark.parametrize(
    ("query", "operation", "outcome"),
    [
        ("{hello}", "query", "ok"),
        ("{missing}", "query", "errors"),
        ("mutation{change}", "mutation", "ok"),
        ("{nope}", "unknown", "refused"),
        ("{", "unknown", "refused"),
    ],
)
async def test_each_operation_is_counted_once(
    client: httpx.AsyncClient, query: str, operation: str, outcome: str
) -> None:
    counted = value("graphql_requests_total", operation=operation, outcome=outcome)
    timed = value("graphql_request_seconds_count", operation=operation)
    with capture_logs():
        await ask(client, query)
    assert value("graphql_requests_total", operation=operation, outcome=outcome) == counted + 1
    assert value("graphql_request_seconds_count", operation=operation) == timed + 1
