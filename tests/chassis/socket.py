"""A WebSocket client that speaks to an ASGI application in this process, message by message."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any


class Socket:
    def __init__(self, to_app: "asyncio.Queue[Any]", from_app: "asyncio.Queue[Any]") -> None:
        self._to_app = to_app
        self._from_app = from_app

    async def send(self, message: Any) -> None:
        await self._to_app.put({"type": "websocket.receive", "text": json.dumps(message)})

    async def send_raw(self, **event: Any) -> None:
        await self._to_app.put({"type": "websocket.receive", **event})

    async def init(self, payload: Any = None) -> None:
        await self.send({"type": "connection_init", "payload": payload})
        assert await self.heard() == {"type": "connection_ack"}

    async def subscribe(self, query: str, number: str = "1", variables: Any = None) -> None:
        payload = {"query": query, "variables": variables}
        await self.send({"type": "subscribe", "id": number, "payload": payload})

    async def heard(self) -> Any:
        """The next message."""
        event = await self.event()
        assert event["type"] == "websocket.send", event
        return json.loads(event["text"])

    async def data(self) -> Any:
        """The next answer's data."""
        message = json.loads((await self._event_but_pings())["text"])
        assert (message["type"], set(message["payload"])) == ("next", {"data"}), message
        return message["payload"]["data"]

    async def closed(self) -> tuple[int, str]:
        """Code and reason of the close that comes next."""
        event = await self._event_but_pings()
        assert event["type"] == "websocket.close", event
        return event["code"], event["reason"]

    async def event(self) -> Any:
        return await asyncio.wait_for(self._from_app.get(), 30)

    async def _event_but_pings(self) -> Any:
        """Pings come by the clock, between whatever one waits for; they are answered."""
        while json.loads((event := await self.event()).get("text", "{}")) == {"type": "ping"}:
            await self.send({"type": "pong"})
        return event

    def silent(self) -> bool:
        return self._from_app.empty()

    async def leave(self) -> None:
        await self._to_app.put({"type": "websocket.disconnect", "code": 1001})


@asynccontextmanager
async def connected(
    app: Any, *, subprotocols: tuple[str, ...] = ("graphql-transport-ws",), headers: dict[str, str] | None = None
) -> AsyncIterator[Socket]:
    """An accepted socket; when it is left, the application has finished with it."""
    to_app: asyncio.Queue[Any] = asyncio.Queue()
    from_app: asyncio.Queue[Any] = asyncio.Queue()
    scope = {
        "type": "websocket",
        "path": "/graphql",
        "headers": [(name.encode(), value.encode()) for name, value in (headers or {}).items()],
        "client": ("192.0.2.7", 5),
        "subprotocols": list(subprotocols),
    }
    running = asyncio.create_task(app(scope, to_app.get, from_app.put))
    socket = Socket(to_app, from_app)
    await to_app.put({"type": "websocket.connect"})
    accepted = await socket.event()
    assert accepted["type"] == "websocket.accept"
    try:
        yield socket
    finally:
        await socket.leave()
        await asyncio.wait_for(running, 30)
