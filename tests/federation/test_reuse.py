"""Connections to subgraphs that are used again, and what becomes of a request when one is closed in that moment."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from stack.ports import LOOPBACK

from .gateways import entrance

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nOK"


@dataclass
class Closing:
    """A server that closes each connection on the request after those it answers."""

    answered: int
    heard: list[tuple[int, str]] = field(default_factory=list)
    """Of every request, the number of its connection and its method."""
    connections: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        try:
            for _ in range(self.answered):
                await self._hear(number, reader)
                writer.write(ANSWER)
            await self._hear(number, reader)
        except asyncio.IncompleteReadError:
            pass  # the gateway was the one to close it
        finally:
            writer.close()

    async def _hear(self, number: int, reader: asyncio.StreamReader) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        if "content-length: " in head:
            await reader.readexactly(int(head.split("content-length: ")[1].split("\r\n")[0]))
        self.heard.append((number, head.split(" ")[0].upper()))


@dataclass
class Front:
    url: str
    upstream: Closing


@pytest.fixture
async def front(request: pytest.FixtureRequest, surroundings: dict[str, str], tmp_path: Path) -> AsyncIterator[Front]:
    upstream = Closing(request.param)
    server = await asyncio.start_server(upstream.serve, LOOPBACK, 0)
    port = server.sockets[0].getsockname()[1]
    async with entrance(tmp_path, {**surroundings, "PAYMENT_URL": f"http://{LOOPBACK}:{port}"}) as url:
        yield Front(f"{url}/checkout/1", upstream)
    server.close()


@pytest.mark.parametrize("front", [1], indirect=True)
async def test_a_request_on_a_connection_closed_meanwhile_is_sent_once_more(
    front: Front, http: httpx.AsyncClient
) -> None:
    assert [(await http.get(front.url)).status_code for _ in range(2)] == [200, 200]
    assert front.upstream.heard == [(1, "GET"), (1, "GET"), (2, "GET")]


@pytest.mark.parametrize("front", [0], indirect=True)
async def test_a_request_on_a_connection_of_its_own_is_sent_once(front: Front, http: httpx.AsyncClient) -> None:
    assert (await http.get(front.url)).status_code == 503
    assert front.upstream.heard == [(1, "GET")]


@pytest.mark.parametrize("front", [1], indirect=True)
async def test_what_changes_something_never_goes_over_a_used_connection(front: Front, http: httpx.AsyncClient) -> None:
    assert (await http.get(front.url)).status_code == 200
    assert [(await http.post(front.url, content=b"paid")).status_code for _ in range(2)] == [200, 200]
    assert front.upstream.heard == [(1, "GET"), (2, "POST"), (3, "POST")]
