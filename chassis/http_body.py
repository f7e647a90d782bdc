"""A GraphQL request out of an HTTP request: what of the method, headers and body is taken, and what is refused how."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, TypeAlias
from urllib.parse import parse_qs

import orjson

from chassis.errors import DomainError
from chassis.execution import BadRequest, Request
from chassis.negotiation import is_json, names_graphql

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers: TypeAlias = Mapping[bytes, bytes]

# What a browser adds to a request that some page made it send.
_BROWSERS = (b"sec-fetch-site", b"origin", b"referer", b"cookie")
# Each of these makes a browser ask first (or was set by hand): no foreign page can have sent the request unasked.
_PREFLIGHTED = (b"authorization", b"apollo-require-preflight", b"x-apollo-operation-name", b"graphql-require-preflight")


class HttpRefusal(DomainError):
    """What HTTP itself has a status for."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.http_code = code
        self.headers = headers or {}

    @property
    def extensions(self) -> dict[str, Any]:
        return {"code": self.http_code}


class Disconnected(Exception):
    """The client left before its request was complete."""


async def read_request(scope: Scope, headers: Headers, receive: Receive, limit: int) -> Request:
    """Raises HttpRefusal, BadRequest or Disconnected."""
    method = scope["method"]
    if method == "POST":
        return Request.read(_json(await _body(headers, receive, limit)))
    if method == "GET":
        return _from_query_string(scope, headers)
    raise HttpRefusal(405, "METHOD_NOT_ALLOWED", "Use POST, or GET for queries.", {"allow": "GET, POST"})


def _from_query_string(scope: Scope, headers: Headers) -> Request:
    if not _is_deliberate(headers):
        raise HttpRefusal(
            400,
            "CSRF_PREVENTED",
            "A GET request must name application/graphql-response+json in Accept, or carry apollo-require-preflight.",
        )
    given = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    payload: dict[str, Any] = {name: values[-1] for name, values in given.items()}
    for name in ("variables", "extensions"):
        if payload.get(name):
            payload[name] = _json(payload[name].encode())
        else:
            payload.pop(name, None)
    return Request.read(payload)


def _is_deliberate(headers: Headers) -> bool:
    """Whether no page of somebody else can have sent it: by a program, or with what a page can't add unasked."""
    if not any(name in headers for name in _BROWSERS) or any(name in headers for name in _PREFLIGHTED):
        return True
    content_type, accept = (headers.get(name, b"").decode("latin-1") for name in (b"content-type", b"accept"))
    return is_json(content_type) or names_graphql(accept)


async def _body(headers: Headers, receive: Receive, limit: int) -> bytes:
    if not is_json(headers.get(b"content-type", b"").decode("latin-1")):
        raise HttpRefusal(415, "UNSUPPORTED_MEDIA_TYPE", "The body must be application/json in UTF-8.")
    if headers.get(b"content-encoding", b"identity") != b"identity":
        raise HttpRefusal(415, "UNSUPPORTED_MEDIA_TYPE", "The body must not be compressed.")
    length = headers.get(b"content-length", b"")
    if length.isdigit() and int(length) > limit:
        raise _too_large(limit)
    chunks, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        chunks.append(chunk)
        if not message.get("more_body"):
            return b"".join(chunks)


def _too_large(limit: int) -> HttpRefusal:
    return HttpRefusal(413, "BODY_TOO_LARGE", f"The body may hold {limit} bytes at most.", {"connection": "close"})


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadRequest("This is not JSON.") from None
