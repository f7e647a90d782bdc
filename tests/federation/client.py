"""A client of the graph, as strangers are: it knows one address."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from .bookings import watchers

SUBPROTOCOL = Subprotocol("graphql-transport-ws")
PATIENCE = 20


@dataclass(frozen=True)
class Answer:
    status: int
    data: Any
    errors: list[dict[str, Any]]

    @classmethod
    def of(cls, response: httpx.Response) -> Self:
        body = response.json()
        return cls(response.status_code, body.get("data"), body.get("errors", []))

    @property
    def codes(self) -> list[str]:
        return [error["extensions"]["code"] for error in self.errors]


@dataclass(frozen=True)
class Graph:
    """One entrance to the graph, and which gateways are behind it."""

    url: str
    kind: str
    http: httpx.AsyncClient

    async def ask(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        path: str = "/graphql",
    ) -> Answer:
        body = {"query": query, "variables": variables or {}}
        return Answer.of(await self.http.post(self.url + path, json=body, headers={**bearer(token), **(headers or {})}))

    @asynccontextmanager
    async def socket(
        self, token: str | None = None, *, path: str = "/graphql", headers: Mapping[str, str] | None = None
    ) -> AsyncIterator["Socket"]:
        """A socket on which nothing was said yet; `init` with the token is the first thing to say."""
        url = self.url.replace("http://", "ws://") + path
        async with connect(url, subprotocols=[SUBPROTOCOL], additional_headers=headers, open_timeout=PATIENCE) as raw:
            yield Socket(raw, token)

    @asynccontextmanager
    async def watching(self, query: str, token: str | None = None) -> AsyncIterator["Socket"]:
        """A socket with one subscription under way."""
        async with self.socket(token) as socket:
            await socket.init()
            await socket.subscribe("1", query)
            yield socket

    async def left(self, booking_id: str) -> None:
        """Wait until nobody watches the booking any more."""
        leaving = asyncio.create_task(watchers.become(booking_id, 0))
        while self.kind == "routed" and not leaving.done():
            # Hive Router 0.2.5 notices only when there is something to pass on that nobody wants; later ones at once.
            watchers.tell(booking_id, "ANYBODY?")
            await asyncio.wait({leaving}, timeout=0.1)
        await leaving


def bearer(token: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


@dataclass
class Socket:
    raw: ClientConnection
    token: str | None

    async def init(self, payload: Mapping[str, Any] | None = None) -> None:
        await self.say({"type": "connection_init", "payload": bearer(self.token) if payload is None else payload})
        message = await self.hear()
        assert message["type"] == "connection_ack", message

    async def subscribe(self, number: str, query: str, variables: Mapping[str, Any] | None = None) -> None:
        payload = {"query": query, "variables": variables or {}}
        await self.say({"type": "subscribe", "id": number, "payload": payload})

    async def say(self, message: Any) -> None:
        await self.raw.send(message if isinstance(message, str) else json.dumps(message))

    async def hear(self) -> dict[str, Any]:
        """The next message that is not about the connection being alive."""
        async with asyncio.timeout(PATIENCE):
            while True:
                message: dict[str, Any] = json.loads(await self.raw.recv())
                if message["type"] == "ping":
                    await self.say({"type": "pong"})
                elif message["type"] != "pong":
                    return message

    async def next(self) -> Answer:
        """The next result of the only operation on the socket; refusals come as errors or as results with errors."""
        message = await self.hear()
        assert message["type"] in {"next", "error"}, message
        if message["type"] == "error":
            return Answer(0, None, message["payload"])
        return Answer(0, message["payload"].get("data"), message["payload"].get("errors", []))

    async def closed(self) -> int:
        """The code the socket is closed with; what is said until then is passed over."""
        with pytest.raises(ConnectionClosed) as closed:
            await self._hear_forever()
        assert closed.value.rcvd is not None, "the connection broke off"
        return closed.value.rcvd.code

    async def _hear_forever(self) -> None:
        while True:
            await self.hear()
