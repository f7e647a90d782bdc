"""What goes with a request from first byte to last: ids in the logs, a span that continues the caller's trace."""

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter
from typing import Any, TypeAlias

import structlog
from opentelemetry import context as telemetry_context
from opentelemetry import propagate, trace
from prometheus_client import Counter, Histogram
from structlog.contextvars import bound_contextvars

from chassis.http_body import Receive, Scope, Send
from chassis.ids import uuid7

logger = structlog.get_logger(__name__)
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
        with _span(scope, headers) as trace_id, bound_contextvars(request_id=request_id, principal_id=None, **trace_id):
            if scope["type"] == "http":
                await self._answer(scope, receive, send, request_id)
            else:
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
            requests.labels(method, str(status)).inc()
            durations.labels(method).observe(perf_counter() - started)
            trace.get_current_span().set_attribute("http.response.status_code", status)
            logger.debug("answered", method=scope["method"], path=scope["path"], status=status)


def _request_id(headers: Mapping[bytes, bytes]) -> str:
    """The caller's, when it looks like one; it goes into logs."""
    given = headers.get(b"x-request-id", b"").decode("latin-1")
    return given if _REQUEST_ID.fullmatch(given) else str(uuid7())


@contextmanager
def _span(scope: Scope, headers: Mapping[bytes, bytes]) -> Iterator[dict[str, str]]:
    """The span of this request, current inside; gives what the logs say of the trace."""
    carrier = {name.decode(): headers[name].decode("latin-1") for name in _PROPAGATED if name in headers}
    token = telemetry_context.attach(propagate.extract(carrier)) if carrier else None
    try:
        with tracer.start_as_current_span(
            f"{scope.get('method', 'WEBSOCKET')} {scope['path']}",
            kind=trace.SpanKind.SERVER,
            attributes={"url.path": scope["path"], "http.request.method": scope.get("method", "WEBSOCKET")},
        ) as span:
            known = span.get_span_context()
            yield {"trace_id": trace.format_trace_id(known.trace_id)} if known.is_valid else {}
    finally:
        if token is not None:
            telemetry_context.detach(token)
