"""What is known of a request wherever it leads: its id, its trace, who asked."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest
import structlog
from fastapi import APIRouter, FastAPI
from opentelemetry import propagate, trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import REGISTRY
from structlog.contextvars import get_contextvars, merge_contextvars

from chassis import observing, sockets
from chassis.telemetry import _add_trace
from tests.chassis.sample import ask, running, service
from tests.chassis.socket import connected
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
    answer = await client.get("/seen", headers=[(b"x-request-id", given.encode())])
    assert UUID(answer.headers["x-request-id"]).version == 7


async def test_the_callers_trace_goes_on(client: httpx.AsyncClient) -> None:
    answer = (await client.get("/seen", headers={"traceparent": PARENT})).json()
    assert answer["passed on"]["traceparent"].split("-")[1] == TRACE


@pytest.mark.parametrize("given", ["", "nonsense", "00-0-0-01", f"00-{'0' * 32}-{'0' * 16}-01"])
async def test_a_trace_that_is_none_is_no_trace(client: httpx.AsyncClient, given: str) -> None:
    answer = (await client.get("/seen", headers={"traceparent": given})).json()
    assert answer["passed on"] == {}


async def test_nothing_of_a_request_is_left_when_it_is_over(client: httpx.AsyncClient) -> None:
    await ask(client, "{me}", traceparent=PARENT, **bearer())
    assert "request_id" not in get_contextvars()
    assert "principal_id" not in get_contextvars()
    assert not trace.get_current_span().get_span_context().is_valid


async def test_the_log_of_a_failure_says_whose_request_it_was(client: httpx.AsyncClient) -> None:
    with structlog.testing.capture_logs(processors=[merge_contextvars, _add_trace]) as logs:
        await ask(client, "{broken}", **{"x-request-id": "r-1", "traceparent": PARENT}, **bearer())
    failure = next(each for each in logs if each["event"] == "internal_error")
    assert (failure["request_id"], failure["trace_id"], failure["principal_id"]) == ("r-1", TRACE, str(USER))
    assert "Bearer" not in str({key: value for key, value in failure.items() if key != "exc_info"})


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    """What is traced while tracing is set up, as it is where OpenTelemetry's variables are given."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    for module in (observing, sockets):
        monkeypatch.setattr(module, "tracer", provider.get_tracer("test"))
    return exporter


async def test_the_span_of_a_request_is_named_after_its_operation(
    client: httpx.AsyncClient, spans: InMemorySpanExporter
) -> None:
    await ask(client, "query Greeting{hello}", traceparent=PARENT)
    await client.get("/healthz")
    (greeting, probe) = spans.get_finished_spans()
    assert (greeting.name, probe.name) == ("query Greeting", "GET /healthz")
    assert greeting.kind is trace.SpanKind.SERVER
    assert trace.format_trace_id(greeting.context.trace_id) == TRACE
    assert trace.format_span_id(greeting.parent.span_id) == PARENT.split("-")[2]  # type: ignore[union-attr]
    assert (greeting.attributes or {})["http.response.status_code"] == 200


async def test_over_a_socket_each_operation_has_a_span_and_the_socket_has_none(
    app: FastAPI, client: httpx.AsyncClient, spans: InMemorySpanExporter
) -> None:
    async with connected(app, headers={"traceparent": PARENT}) as socket:
        await socket.init()
        await socket.subscribe("mutation Change{change}")
        assert await socket.data() == {"change": "changed"}
        await socket.heard()
        await socket.subscribe("subscription{ticks(upto:1)}")
        await socket.data()
    (span,) = spans.get_finished_spans()
    assert (span.name, trace.format_trace_id(span.context.trace_id)) == ("mutation Change", TRACE)


async def test_requests_are_counted_by_method_and_status(client: httpx.AsyncClient) -> None:
    def counted() -> float:
        return REGISTRY.get_sample_value("http_requests_total", {"method": "other", "status": "405"}) or 0

    before = counted()
    await client.request("BREW", "/graphql")
    assert counted() == before + 1
