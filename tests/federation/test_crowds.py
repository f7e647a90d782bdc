"""Many at once: everybody is answered, everybody is told, and nobody is left over afterwards."""

import asyncio
from contextlib import AsyncExitStack

import httpx
import pytest

from chassis.ids import uuid7
from chassis.testing_tokens import TokenIssuer

from .bookings import watchers
from .client import Graph

pytestmark = pytest.mark.slow

GUESTS = 500
WATCHERS = 300


async def test_guests_who_all_ask_at_once_are_all_answered_as_themselves(graph: Graph, tokens: TokenIssuer) -> None:
    people = [uuid7() for _ in range(GUESTS)]
    limits = httpx.Limits(max_connections=GUESTS, max_keepalive_connections=0)
    async with httpx.AsyncClient(timeout=60, limits=limits) as http:
        crowd = Graph(graph.url, graph.kind, http)
        answers = await asyncio.gather(*(crowd.ask("{ whose }", token=tokens.issue(person)) for person in people))
    assert [answer.errors for answer in answers] == [[]] * GUESTS
    assert [answer.data["whose"] for answer in answers] == [str(person) for person in people]


@pytest.mark.parametrize("fields", ["code", "code points"], ids=["alone", "completed"])
async def test_everybody_who_watches_is_told_and_let_go(graph: Graph, token: str, fields: str) -> None:
    booking_id = str(uuid7().int % 1_000_000)
    query = f'subscription {{ booking(id: "{booking_id}") {{ {fields} }} }}'
    async with AsyncExitStack() as stack:
        there = asyncio.gather(*(stack.enter_async_context(graph.watching(query, token)) for _ in range(WATCHERS)))
        sockets = await there
        await watchers.become(booking_id, WATCHERS)
        watchers.tell(booking_id, "NOW")
        answers = await asyncio.gather(*(socket.next() for socket in sockets))
    assert {(answer.data["booking"]["code"], len(answer.errors)) for answer in answers} == {("NOW", 0)}
    await graph.left(booking_id)
