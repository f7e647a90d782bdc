"""GraphQL over HTTP as a bare ASGI callable: one operation in, one answer out."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, TypeAlias

from graphql import OperationType
from opentelemetry import trace

from chassis.answers import encoded
from chassis.context import Context
from chassis.documents import Operation, RequestRefused
from chassis.errors import DomainError, Unavailable
from chassis.execution import BadRequest, Graph, Request, name_span
from chassis.graphql_metrics import ERRORS, OK, REFUSED, observe
from chassis.http_body import Disconnected, Headers, HttpRefusal, Receive, Scope, Send, read_request
from chassis.masking import all_shown
from chassis.negotiation import GRAPHQL, JSON, answer_type, status_of

Admit: TypeAlias = Callable[[str | None, str | None], Awaitable[Context]]
"""From the Authorization header and the client's address to a context. Raises Unauthenticated or Unavailable."""

_NOT_OVER_GET = (OperationType.MUTATION, OperationType.SUBSCRIPTION)


class SubscriptionNotHere(DomainError):
    code = "SUBSCRIPTIONS_OVER_WEBSOCKET_ONLY"


@dataclass(slots=True)
class _Answer:
    media_type: str
    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    operation: str = "unknown"
    outcome: str = OK


class GraphQLHTTP:
    def __init__(
        self, graph: Graph, admit: Admit, *, face: str, page: bytes | None = None, deadline: float = 30
    ) -> None:
        """`page` is what a browser gets (GraphiQL); after `deadline` seconds the answer is UNAVAILABLE."""
        self.graph = graph
        self.admit = admit
        self.face = face
        self.page = page
        self.deadline = deadline

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = perf_counter()
        headers: Headers = dict(scope["headers"])
        accept = headers.get(b"accept", b"").decode("latin-1")
        if self.page and scope["method"] == "GET" and "text/html" in accept:
            await _send(send, 200, "text/html", self.page, {})
            return
        try:
            answer = await self._answer(scope, headers, receive, accept)
        except Disconnected:
            return
        await _send(send, answer.status, answer.media_type, encoded(answer.body), answer.headers)
        observe(self.face, answer.operation, answer.outcome, started)

    async def _answer(self, scope: Scope, headers: Headers, receive: Receive, accept: str) -> _Answer:
        media_type = answer_type(accept)
        try:
            _ensure_acceptable(media_type)
            request = await read_request(scope, headers, receive, self.graph.limits.body_bytes)
        except HttpRefusal as refusal:
            return _refused([refusal], media_type or JSON, refusal.status, refusal.headers)
        except BadRequest as refusal:
            return _refused([refusal], media_type or JSON, 400)
        return await self._operated(scope, headers, request, media_type or JSON)

    async def _operated(self, scope: Scope, headers: Headers, request: Request, media_type: str) -> _Answer:
        try:
            context = await self.admit(_authorization(headers), _address(scope))
            operation = self.graph.operation(request)
            _ensure_method(scope["method"], operation)
            return await self._executed(request, operation, context, media_type)
        except HttpRefusal as refusal:
            return _refused([refusal], media_type, refusal.status, refusal.headers)
        except RequestRefused as refused:
            return _refused(refused.errors, media_type)
        except Exception as error:  # noqa: BLE001 - masked and logged as every error is
            return _refused([error], media_type)

    async def _executed(self, request: Request, operation: Operation, context: Context, media_type: str) -> _Answer:
        name_span(trace.get_current_span(), operation)
        try:
            async with asyncio.timeout(self.deadline):
                body = await self.graph.execute(request, context)
        except TimeoutError:
            raise Unavailable(message="The answer took too long. Please try again.") from None
        outcome = ERRORS if "errors" in body else OK
        return _Answer(media_type, body, operation=operation.kind.value, outcome=outcome)


def _ensure_acceptable(media_type: str | None) -> None:
    if media_type is None:
        raise HttpRefusal(406, "NOT_ACCEPTABLE", f"Accept {GRAPHQL} or {JSON}.")


def _ensure_method(method: str, operation: Operation) -> None:
    if method == "GET" and operation.kind in _NOT_OVER_GET:
        raise HttpRefusal(405, "METHOD_NOT_ALLOWED", "Only queries go over GET.", {"allow": "POST"})
    if operation.kind is OperationType.SUBSCRIPTION:
        raise RequestRefused([SubscriptionNotHere("Subscriptions go over WebSocket, as graphql-transport-ws.")])


def _refused(
    errors: Sequence[BaseException], media_type: str, status: int = 0, headers: Mapping[str, str] | None = None
) -> _Answer:
    shown = all_shown(errors)
    status = status or status_of(media_type, [each["extensions"]["code"] for each in shown])
    return _Answer(media_type, {"errors": shown}, status, headers or {}, outcome=REFUSED)


def _authorization(headers: Headers) -> str | None:
    value = headers.get(b"authorization")
    return value.decode("latin-1") if value is not None else None


def _address(scope: Scope) -> str | None:
    client = scope.get("client")
    return client[0] if client else None


async def _send(send: Send, status: int, media_type: str, body: bytes, headers: Mapping[str, str]) -> None:
    raw = [
        (b"content-type", f"{media_type}; charset=utf-8".encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        *((name.encode(), value.encode()) for name, value in headers.items()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})
