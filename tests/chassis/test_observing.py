"""What is known of a request wherever it leads: its id, its trace, who asked."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest
import structlog
from fastapi import APIRouter, FastAPI
from opentelemetry import propagate, trace
from prometheus_client import REGISTRY
from structlog.contextvars import get_contextvars

from tests.chassis.sample import ask, running, service
from tests.chassis.tokens import USER, bearer

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"

router = APIRouter()


@router.get("/seen")
async def seen() -> dict[str, Any]:
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return {"logged": get_contextvars(), "passed on": carrier}


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return service(routers=(router,))


@pytest.fixture(scope="module")
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with running(app) as started:
        yield started


async def test_each_request_has_an_id_that_its_logs_and_its_answer_carry(client: httpx.AsyncClient) -> None:
    answer = await client.get("/seen")
    number = answer.headers["x-request-id"]
    assert UUID(number).version == 7
    assert answer.json()["logged"] == {"request_id": number, "principal_id": None}
    assert (await client.get("/seen")).headers["x-request-id"] != number


async def test_the_callers_id_is_kept_when_it_looks_like_one(client: httpx.AsyncClient) -> None:
    answer = await client.get("/seen", headers={"x-request-id": "caller-7.a_B"})
    assert answer.headers["x-request-id"] == answer.json()["logged"]["request_id"] == "caller-7.a_B"


@pytest.mark.parametrize("given", ["", "x" * 65, "two words", 'a"b', "a\tb", "é"])
async def test_anything_else_in_its_place_never_gets_into_a_log(client: httpx.AsyncClient, given: str) -> None:
    answer = await client.get("/seen", headers={"x-request-id": given.encode()})
    assert UUID(answer.headers["x-request-id"]).version == 7


async def test_the_callers_trace_goes_on(client: httpx.AsyncClient) -> None:
    answer = (await client.get("/seen", headers={"traceparent": PARENT})).json()
    assert answer["logged"]["trace_id"] == TRACE
    assert answer["passed on"]["traceparent"].split("-")[1] == TRACE


@pytest.mark.parametrize("given", ["", "nonsense", "00-0-0-01", f"00-{'0' * 32}-{'0' * 16}-01"])
async def test_a_trace_that_is_none_is_no_trace(client: httpx.AsyncClient, given: str) -> None:
    answer = (await client.get("/seen", headers={"traceparent": given})).json()
    assert "trace_id" not in answer["logged"]


async def test_nothing_of_a_request_is_left_when_it_is_over(client: httpx.AsyncClient) -> None:
    await ask(client, "{me}", traceparent=PARENT, **bearer())
    assert "request_id" not in get_contextvars()
    assert "principal_id" not in get_contextvars()
    assert not trace.get_current_span().get_span_context().is_valid


async def test_the_log_of_a_failure_says_whose_request_it_was(client: httpx.AsyncClient) -> None:
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as logs:
        await ask(client, "{broken}", **{"x-request-id": "r-1", "traceparent": PARENT}, **bearer())
    failure = next(each for each in logs if each["event"] == "internal_error")
    assert (failure["request_id"], failure["trace_id"], failure["principal_id"]) == ("r-1", TRACE, str(USER))
    assert "Bearer" not in str({key: value for key, value in failure.items() if key != "exc_info"})


async def test_requests_are_counted_by_method_and_status(client: httpx.AsyncClient) -> None:
    def counted() -> float:
        return REGISTRY.get_sample_value("http_requests_total", {"method": "other", "status": "405"}) or 0

    before = counted()
    await client.request("BREW", "/graphql")
    assert counted() == before + 1
