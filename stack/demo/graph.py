"""A client of the graph as any other: HTTP for queries and mutations, WebSocket for subscriptions."""

import json
from collections.abc import AsyncIterator
from typing import Any, Self

import httpx
from websockets.asyncio.client import ClientConnection, connect

Variables = dict[str, Any]


class GraphError(Exception):
    """What the graph refused, with its codes."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        self.codes = [error.get("extensions", {}).get("code", "UNKNOWN") for error in errors]
        sentences = [error["message"] for error in errors]
        super().__init__("; ".join(f"{say} ({code})" for say, code in zip(sentences, self.codes, strict=True)))


class Graph:
    """One face of the graph, for one person or for nobody."""

    def __init__(self, http: httpx.AsyncClient, path: str, token: str | None = None) -> None:
        self._http, self._path, self._token = http, path, token

    def as_person(self, token: str, path: str | None = None) -> Self:
        return type(self)(self._http, path or self._path, token)

    async def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        """The data. Raise GraphError when there are errors, whatever data came with them."""
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        answer = await self._http.post(self._path, json={"query": document, "variables": variables}, headers=headers)
        body = answer.json()
        if body.get("errors"):
            raise GraphError(body["errors"])
        data: dict[str, Any] = body["data"]
        return data

    async def watch(self, document: str, **variables: Any) -> AsyncIterator[dict[str, Any]]:
        """Each payload of a subscription, until it completes."""
        address = str(self._http.base_url.join(self._path)).replace("http", "ws", 1)
        async with connect(address, subprotocols=["graphql-transport-ws"], open_timeout=30) as socket:  # type: ignore[list-item]
            await self._greet(socket)
            await _send(socket, type="subscribe", id="1", payload={"query": document, "variables": variables})
            async for text in socket:
                message = json.loads(text)
                match message["type"]:
                    case "next" if message["payload"].get("errors"):
                        raise GraphError(message["payload"]["errors"])
                    case "next":
                        yield message["payload"]["data"]
                    case "ping":
                        await _send(socket, type="pong")
                    case "error":
                        raise GraphError(message["payload"])
                    case "complete":
                        return

    async def _greet(self, socket: ClientConnection) -> None:
        token = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        await _send(socket, type="connection_init", payload=token)
        answer = json.loads(await socket.recv())
        if answer["type"] != "connection_ack":
            raise ConnectionError(f"the gateway answered connection_init with {answer['type']}")


async def _send(socket: ClientConnection, **message: Any) -> None:
    await socket.send(json.dumps(message))
