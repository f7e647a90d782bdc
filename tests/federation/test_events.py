"""Subscriptions over Server-Sent Events, for clients that have no WebSocket."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from chassis.ids import uuid7

from .bookings import watchers
from .client import PATIENCE, Graph, bearer
from .coupons import stamps
from .gateways import entrance


@dataclass
class Stream:
    lines: AsyncIterator[str]

    async def next(self) -> tuple[str, Any]:
        """The next event's name and data; comments keep the connection alive and say nothing."""
        name = ""
        async with asyncio.timeout(PATIENCE):
            async for line in self.lines:
                if line.startswith("event:"):
                    name = line.removeprefix("event:").strip()
                elif line.startswith("data:"):
                    data = line.removeprefix("data:").strip()
                    return name, json.loads(data) if data else None
        raise AssertionError("the stream ended without saying so")


@asynccontextmanager
async def streaming(graph: Graph, query: str, token: str | None) -> AsyncIterator[Stream]:
    headers = {**bearer(token), "Accept": "text/event-stream"}
    async with graph.http.stream("POST", f"{graph.url}/graphql", json={"query": query}, headers=headers) as response:
        assert (response.status_code, response.headers["content-type"]) == (200, "text/event-stream")
        yield Stream(aiter(response.aiter_lines()))


@pytest.fixture
def booking_id() -> str:
    return str(uuid7().int % 1_000_000)


async def test_what_others_add_is_as_new_as_the_change(graph: Graph, token: str, booking_id: str) -> None:
    query = f'subscription {{ booking(id: "{booking_id}") {{ code stamps }} }}'
    async with streaming(graph, query, token) as stream:
        await watchers.become(booking_id, 1)
        for number in range(3):
            stamps[booking_id] = number
            watchers.tell(booking_id, f"CHANGE {number}")
            booking = {"code": f"CHANGE {number}", "stamps": number}
            assert await stream.next() == ("next", {"data": {"booking": booking}})


async def test_every_change_is_streamed_completed_by_other_subgraphs(
    graph: Graph, token: str, guest_id: UUID, booking_id: str
) -> None:
    query = f'subscription {{ booking(id: "{booking_id}") {{ code points seenBy }} }}'
    async with streaming(graph, query, token) as stream:
        await watchers.become(booking_id, 1)
        for code in ("ONE", "TWO"):
            watchers.tell(booking_id, code)
            booking = {"code": code, "points": int(booking_id) * 100, "seenBy": str(guest_id)}
            assert await stream.next() == ("next", {"data": {"booking": booking}})


async def test_the_subgraphs_subscription_ends_with_the_stream(local: Graph, token: str, booking_id: str) -> None:
    for fields in ("code", "code points"):
        async with streaming(local, f'subscription {{ booking(id: "{booking_id}") {{ {fields} }} }}', token):
            await watchers.become(booking_id, 1)
        await watchers.become(booking_id, 0)


async def test_a_refused_subscription_says_why_and_completes(local: Graph, booking_id: str) -> None:
    async with streaming(local, f'subscription {{ booking(id: "{booking_id}") {{ code }} }}', None) as stream:
        name, answer = await stream.next()
        assert (name, answer["errors"][0]["extensions"]) == ("next", {"code": "UNAUTHENTICATED"})
        assert (await stream.next())[0] == "complete"


async def test_a_bad_token_is_refused_and_completes(local: Graph, booking_id: str) -> None:
    async with streaming(local, f'subscription {{ booking(id: "{booking_id}") {{ code }} }}', "nonsense") as stream:
        name, answer = await stream.next()
        assert (name, answer["errors"][0]["extensions"]["code"]) == ("next", "UNAUTHENTICATED")
        assert (await stream.next())[0] == "complete"


async def test_a_gateway_that_stops_completes_its_streams(
    surroundings: dict[str, str], folder: Path, http: httpx.AsyncClient, token: str, booking_id: str
) -> None:
    async with AsyncExitStack() as stack:
        async with entrance(folder / "stopping-streams", surroundings) as url:
            graph = Graph(url, "local", http)
            query = f'subscription {{ booking(id: "{booking_id}") {{ code points }} }}'
            stream = await stack.enter_async_context(streaming(graph, query, token))
            await watchers.become(booking_id, 1)
        assert await stream.next() == ("complete", None)
    await watchers.become(booking_id, 0)
