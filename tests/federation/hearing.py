"""What a subgraph hears of a caller: the headers of the request, or of the socket, that is being answered."""

from contextvars import ContextVar
from typing import Any

_headers: ContextVar[dict[str, str]] = ContextVar("headers")


def heard() -> dict[str, str]:
    return _headers.get()


class Hearing:
    """An ASGI application that keeps the headers where resolvers find them."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        _headers.set({name.decode(): value.decode() for name, value in scope.get("headers", [])})
        await self.app(scope, receive, send)
