"""Subscriptions in tests: the service's own WebSocket, spoken to in this process."""

import asyncio
import json
from types import TracebackType
from typing import Any, Self

SUBPROTOCOL = "graphql-transport-ws"


class SubscriptionFailed(Exception):
    """The service sent errors, or closed the socket: `code` is the close code, `errors` what it said."""

    def __init__(self, code: int | None, errors: list[dict[str, Any]]) -> None:
        super().__init__(f"closed with {code}" if code else str(errors))
        self.code, self.errors = code, errors
        self.codes = [error.get("extensions", {}).get("code") for error in errors]


class Subscription:
    """One operation on a socket of its own; iterate over it for the data of each payload."""

    def __init__(self, app: Any, path: str, payload: dict[str, Any], headers: dict[str, str]) -> None:
        self._app, self._path, self._payload, self._headers = app, path, payload, headers
        self._to_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._from_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._running: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._running = asyncio.create_task(self._app(self._scope(), self._to_app.get, self._from_app.put))
        await self._to_app.put({"type": "websocket.connect"})
        await self._expect("websocket.accept")
        await self._send({"type": "connection_init", "payload": self._headers})
        await self._message("connection_ack")
        await self._send({"type": "subscribe", "id": "1", "payload": self._payload})
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self._to_app.put({"type": "websocket.disconnect", "code": 1000})
        if self._running:
            async with asyncio.timeout(30):
                await self._running

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> dict[str, Any]:
        """The next payload's data. Raise SubscriptionFailed on errors and on a socket that was closed."""
        message = await self._message("next", "error", "complete")
        if message["type"] == "complete":
            raise StopAsyncIteration
        if message["type"] == "error":
            raise SubscriptionFailed(None, message["payload"])
        if message["payload"].get("errors"):
            raise SubscriptionFailed(None, message["payload"]["errors"])
        data: dict[str, Any] = message["payload"]["data"]
        return data

    async def _message(self, *kinds: str) -> dict[str, Any]:
        while True:
            event = await self._expect("websocket.send")
            message: dict[str, Any] = json.loads(event.get("text") or event["bytes"])
            if message["type"] == "ping":
                await self._send({"type": "pong"})
            elif message["type"] in kinds:
                return message

    async def _expect(self, kind: str) -> dict[str, Any]:
        async with asyncio.timeout(30):
            event = await self._from_app.get()
        if event["type"] == "websocket.close":
            raise SubscriptionFailed(event.get("code"), [])
        if event["type"] != kind:
            raise AssertionError(f"the service sent {event['type']}, not {kind}")
        return event

    async def _send(self, message: dict[str, Any]) -> None:
        await self._to_app.put({"type": "websocket.receive", "text": json.dumps(message)})

    def _scope(self) -> dict[str, Any]:
        return {
            "type": "websocket",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "scheme": "ws",
            "path": self._path,
            "raw_path": self._path.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": [(b"host", b"test"), (b"sec-websocket-protocol", SUBPROTOCOL.encode())],
            "client": ("127.0.0.1", 1),
            "server": ("test", 80),
            "subprotocols": [SUBPROTOCOL],
            "state": {},
            "extensions": {},
        }
