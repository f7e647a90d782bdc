"""What goes with a request from first byte to last: ids in the logs, a span that continues the caller's trace."""

import logging
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from time import perf_counter
from typing import Any, TypeAlias

import structlog
from opentelemetry import context as telemetry_context
from opentelemetry import propagate, trace
from prometheus_client import Counter, Histogram
from structlog.contextvars import bind_contextvars, reset_contextvars

from chassis.http_body import Receive, Scope, Send
from chassis.ids import uuid7

logger = structlog.get_logger(__name__)
_levels = logging.getLogger(__name__)  # which says for a tenth of the cost whether anybody listens
tracer = trace.get_tracer(__name__)

App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_PROPAGATED = (b"traceparent", b"tracestate", b"baggage")

requests = Counter("http_requests", "Requests answered.", ["method", "status"])
durations = Histogram("http_request_seconds", "Time from the request to the end of its answer.", ["method"])


class Observed:
    """An ASGI application around another."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        request_id = _request_id(headers)
        bound = bind_contextvars(request_id=request_id, principal_id=None)
        try:
            with _continued_trace(headers):
                await self._observe(scope, receive, send, request_id)
        finally:
            reset_contextvars(**bound)

    async def _observe(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        if scope["type"] == "http":
            with _span(scope):
                await self._answer(scope, receive, send, request_id)
        else:
            # A socket lives for hours: what runs over it has spans, the socket itself has none.
            await self.app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        started = perf_counter()
        status = 500

        async def sending(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await self.app(scope, receive, sending)
        finally:
            method = scope["method"] if scope["method"] in ("GET", "POST", "PUT") else "other"
            _counter(method, status).inc()
            _timer(method).observe(perf_counter() - started)
            trace.get_current_span().set_attribute("http.response.status_code", status)
            if _levels.isEnabledFor(logging.DEBUG):
                logger.debug("answered", method=scope["method"], path=scope["path"], status=status)


@cache
def _counter(method: str, status: int) -> Counter:
    return requests.labels(method, str(status))


@cache
def _timer(method: str) -> Histogram:
    return durations.labels(method)


def _request_id(headers: Mapping[bytes, bytes]) -> str:
    """The caller's, when it looks like one; it goes into logs."""
    given = headers.get(b"x-request-id", b"").decode("latin-1")
    return given if _REQUEST_ID.fullmatch(given) else str(uuid7())


def _continued_trace(headers: Mapping[bytes, bytes]) -> AbstractContextManager[None]:
    """The caller's trace is current inside, when it sent one."""
    carrier = {name.decode(): headers[name].decode("latin-1") for name in _PROPAGATED if name in headers}
    return _within(carrier) if carrier else nullcontext()


@contextmanager
def _within(carrier: Mapping[str, str]) -> Iterator[None]:
    token = telemetry_context.attach(propagate.extract(carrier))
    try:
        yield
    finally:
        telemetry_context.detach(token)


def _span(scope: Scope) -> AbstractContextManager[Any]:
    if isinstance(tracer, trace.ProxyTracer) and isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        return nullcontext()  # nobody traces; a span that goes nowhere costs as much as one that is kept
    method, path = scope["method"], scope["path"]
    attributes = {"url.path": path, "http.request.method": method}
    return tracer.start_as_current_span(f"{method} {path}", kind=trace.SpanKind.SERVER, attributes=attributes)
