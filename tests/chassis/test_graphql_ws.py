"""Who is let onto the WebSocket, and who is not."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client import REGISTRY

from chassis.graphql_ws import GraphQLWebSocket
from chassis.sockets import SocketLimits
from tests.chassis.sample import running, service
from tests.chassis.socket import connected
from tests.chassis.tokens import USER, bearer


@pytest.fixture(scope="module")
async def app() -> AsyncIterator[FastAPI]:
    started = service()
    async with running(started):
        yield started


def limited(app: FastAPI, **limits: Any) -> GraphQLWebSocket:
    face: GraphQLWebSocket = app.faces["/graphql"]["websocket"]  # type: ignore[attr-defined]
    return GraphQLWebSocket(face.graph, face.admit, face="limited", limits=SocketLimits(**limits))


async def test_another_subprotocol_is_not_spoken(app: FastAPI) -> None:
    for offered in ((), ("graphql-ws",), ("chat",)):
        async with connected(app, subprotocols=offered) as socket:
            assert await socket.closed() == (4406, "Subprotocol not acceptable")


async def test_ours_is_taken_from_among_several(app: FastAPI) -> None:
    async with connected(app, subprotocols=("graphql-ws", "graphql-transport-ws")) as socket:
        await socket.init()


async def test_only_so_many_are_let_in_and_a_place_that_is_left_is_free(app: FastAPI) -> None:
    small = limited(app, connections=2)
    async with connected(small) as first, connected(small) as second:
        await first.init()
        await second.init()
        assert REGISTRY.get_sample_value("graphql_connections", {"face": "limited"}) == 2
        async with connected(small) as third:
            assert await third.closed() == (1013, "Too many connections")
    async with connected(small) as again:
        await again.init()
    assert REGISTRY.get_sample_value("graphql_connections", {"face": "limited"}) == 0


@pytest.mark.parametrize("name", ["Authorization", "authorization"])
async def test_the_token_comes_with_the_first_message(app: FastAPI, name: str) -> None:
    async with connected(app) as socket:
        await socket.init({name: bearer()["authorization"]})
        await socket.subscribe("{me address}")
        assert await socket.data() == {"me": str(USER), "address": "192.0.2.7"}


async def test_the_header_of_the_upgrade_counts_too_but_the_message_comes_first(app: FastAPI) -> None:
    other = bearer(sub="01890000-0000-7000-8000-000000000009")
    async with connected(app, headers=bearer()) as socket:
        await socket.init()
        await socket.subscribe("{me}")
        assert await socket.data() == {"me": str(USER)}
    async with connected(app, headers=bearer()) as socket:
        await socket.init({"Authorization": other["authorization"]})
        await socket.subscribe("{me}")
        assert await socket.data() == {"me": "01890000-0000-7000-8000-000000000009"}


@pytest.mark.parametrize("given", ["Bearer nonsense", "nonsense", 5, {}, bearer(seconds=-1)["authorization"]])
async def test_a_bad_token_is_shown_the_door(app: FastAPI, given: Any) -> None:
    async with connected(app) as socket:
        await socket.send({"type": "connection_init", "payload": {"Authorization": given}})
        assert await socket.closed() == (4403, "Forbidden")


async def test_no_other_word_of_the_first_message_says_who_it_is(app: FastAPI) -> None:
    async with connected(app, headers={"x-user-id": str(USER)}) as socket:
        await socket.init({"userId": str(USER), "x-user-id": str(USER), "Authorization": None})
        await socket.subscribe("{me}")
        assert await socket.data() == {"me": None}


async def test_many_sockets_at_once_get_their_own_answers(app: FastAPI) -> None:
    async def one(number: int) -> None:
        subject = f"01890000-0000-7000-8000-{number:012d}"
        async with connected(app) as socket:
            await socket.init({"Authorization": bearer(sub=subject)["authorization"]})
            await socket.subscribe("{me}")
            assert await socket.data() == {"me": subject}

    await asyncio.gather(*(one(number) for number in range(100)))


async def test_plain_http_on_the_same_path_is_not_disturbed(app: FastAPI) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        answer = await client.post("/graphql", json={"query": "{hello}"})
    assert answer.json() == {"data": {"hello": "world"}}
