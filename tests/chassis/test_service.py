"""An API process from start to stop."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import websockets
from fastapi import APIRouter, Request

from chassis.auth import TokenVerifier
from chassis.errors import Conflict
from chassis.jwks import RemoteKeys
from chassis.principal import Role
from chassis.resources import Resources
from chassis.revocations import PolledRevocations
from chassis.service import create_service
from chassis.testing_tokens import TokenIssuer
from stack.ports import free_port
from tests.chassis.sample import Settings, ask, codes, running, schema, service, settings
from tests.chassis.tokens import USER


class Closing:
    """A resource that tells when it is closed."""

    def __init__(self) -> None:
        self.closed = False

    async def close(self) -> None:
        self.closed = True


async def test_what_was_opened_is_closed_at_the_end() -> None:
    opened = Closing()
    async with running(service(add=[opened])):
        assert not opened.closed
    assert opened.closed


async def test_nothing_is_opened_before_it_starts() -> None:
    called: list[Settings] = []

    async def resources(given: Settings) -> Resources:
        called.append(given)
        return Resources()

    app = create_service(settings(), schemas={"/graphql": schema}, resources=resources)
    assert called == []
    async with running(app):
        assert called == [app.state.settings]
        assert app.state.resources[Settings] is app.state.settings


async def test_tokens_are_judged_by_the_keys_behind_the_jwks_url() -> None:
    async def resources(_given: Settings) -> Resources:
        return Resources()

    with TokenIssuer() as tokens:
        configured = settings(jwks_url=tokens.jwks_url, revocations_url=tokens.revocations_url)
        app = create_service(configured, schemas={"/graphql": schema}, resources=resources)
        async with running(app) as client:
            token = tokens.issue(USER, Role.GUEST)
            assert await ask(client, "{me}", authorization=f"Bearer {token}") == {"data": {"me": str(USER)}}
            elsewhere = tokens.issue(USER, Role.GUEST, iss="https://elsewhere.example")
            assert codes(await ask(client, "{me}", authorization=f"Bearer {elsewhere}")) == ["UNAUTHENTICATED"]
            assert RemoteKeys in app.state.resources
            assert TokenVerifier in app.state.resources


async def test_a_token_falls_once_the_list_behind_the_revocations_url_says_so() -> None:
    async def resources(_given: Settings) -> Resources:
        return Resources()

    with TokenIssuer() as tokens:
        configured = settings(jwks_url=tokens.jwks_url, revocations_url=tokens.revocations_url)
        async with running(create_service(configured, schemas={"/graphql": schema}, resources=resources)) as client:
            header = f"Bearer {tokens.issue(USER)}"
            assert (await client.get("/readyz")).json()["ready"]
            assert await ask(client, "{me}", authorization=header) == {"data": {"me": str(USER)}}
            tokens.revoked[USER] = datetime.now(UTC)
            await client._transport.app.state.resources[PolledRevocations].look()  # type: ignore[attr-defined]
            assert codes(await ask(client, "{me}", authorization=header)) == ["UNAUTHENTICATED"]


async def test_a_list_that_can_not_be_had_makes_tokens_wait_and_the_process_unready() -> None:
    async def resources(_given: Settings) -> Resources:
        return Resources()

    with TokenIssuer() as tokens:
        configured = settings(jwks_url=tokens.jwks_url, revocations_url="http://127.0.0.1:9/revocations")
        async with running(create_service(configured, schemas={"/graphql": schema}, resources=resources)) as client:
            assert codes(await ask(client, "{me}", authorization=f"Bearer {tokens.issue(USER)}")) == ["UNAVAILABLE"]
            assert await ask(client, "{hello}") == {"data": {"hello": "world"}}
            assert (await client.get("/readyz")).json()["missing"] == {"PolledRevocations": "Unavailable"}


async def test_keys_that_can_not_be_had_make_tokens_wait_and_nobody_else() -> None:
    async def resources(_given: Settings) -> Resources:
        return Resources()

    with TokenIssuer() as tokens:
        configured = settings(jwks_url="http://127.0.0.1:9/jwks.json", revocations_url=tokens.revocations_url)
        async with running(create_service(configured, schemas={"/graphql": schema}, resources=resources)) as client:
            body = await ask(client, "{me}", authorization=f"Bearer {tokens.issue(USER)}")
            hello = await ask(client, "{hello}")
            missing = (await client.get("/readyz")).json()["missing"]
    assert codes(body) == ["UNAVAILABLE"]
    assert body["errors"][0]["extensions"]["retryAfter"] == 3
    assert hello == {"data": {"hello": "world"}}
    assert missing == {"RemoteKeys": "Unavailable"}


async def test_plain_routes_find_the_resources_and_refuse_as_the_graph_does() -> None:
    router = APIRouter()

    @router.get("/closing")
    async def closing(request: Request) -> dict[str, bool]:
        return {"closed": request.app.state.resources[Closing].closed}

    @router.post("/conflict")
    async def conflict() -> None:
        raise Conflict("Somebody was faster.")

    async with running(service(routers=(router,), add=[Closing()])) as client:
        assert (await client.get("/closing")).json() == {"closed": False}
        refused = await client.post("/conflict")
    assert (refused.status_code, refused.json()) == (
        409,
        {"error": {"message": "Somebody was faster.", "extensions": {"code": "CONFLICT"}}},
    )


async def test_the_description_of_plain_routes_is_only_for_local_eyes() -> None:
    async with running(service()) as client:
        assert [(await client.get(path)).status_code for path in ("/openapi.json", "/docs", "/redoc")] == [404] * 3
    async with running(service(environment="local")) as client:
        assert (await client.get("/openapi.json")).status_code == 200


PROGRAM = """
import asyncio
import sys
import strawberry
from chassis.federation import build_schema
from chassis.service import serve
from tests.chassis import sample

@strawberry.type
class Query:
    @strawberry.field
    async def slowly(self) -> str:
        print("working", flush=True)
        await asyncio.sleep(0.5)
        return "done"

sample.schema = build_schema(query=[Query], subscription=[sample.Subscription])
app = sample.service()
serve(app, sample.settings(port=int(sys.argv[1]), log_level="WARNING"))
"""


@asynccontextmanager
async def serving() -> AsyncIterator[tuple[str, Any]]:
    """A service in a process of its own."""
    port = free_port()
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, str(port), env=environment, stdout=subprocess.PIPE
    )
    try:
        async with asyncio.timeout(60):
            await until_alive(f"http://127.0.0.1:{port}/healthz", process)
        yield f"127.0.0.1:{port}", process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def until_alive(url: str, process: Any) -> None:
    async with httpx.AsyncClient(timeout=30) as client:
        while True:
            assert process.returncode is None
            try:
                if (await client.get(url)).status_code == 200:
                    return
            except httpx.ConnectError:
                await asyncio.sleep(0.05)


@pytest.mark.slow
async def test_told_to_stop_it_finishes_what_it_is_at_and_lets_sockets_go() -> None:
    async with serving() as (address, process), httpx.AsyncClient(timeout=30) as client:
        async with websockets.connect(f"ws://{address}/graphql", subprotocols=["graphql-transport-ws"]) as watcher:  # type: ignore[list-item]
            await watcher.send('{"type":"connection_init"}')
            await watcher.send('{"type":"subscribe","id":"1","payload":{"query":"subscription{forever}"}}')
            assert [await watcher.recv(), await watcher.recv()][
                1
            ] == '{"type":"next","id":"1","payload":{"data":{"forever":1}}}'
            asking = asyncio.create_task(client.post(f"http://{address}/graphql", json={"query": "{slowly}"}))
            assert await process.stdout.readline() == b"working\n"
            process.send_signal(signal.SIGTERM)
            assert (await asking).json() == {"data": {"slowly": "done"}}
            await watcher.wait_closed()
            assert watcher.close_code == 1012
        async with asyncio.timeout(30):
            # uvicorn raises the signal it was stopped by again once it has stopped.
            assert await process.wait() in (0, -signal.SIGTERM)


@pytest.mark.slow
async def test_an_address_in_use_ends_it_with_an_error() -> None:
    async with serving() as (address, _process):
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)}
        second = await asyncio.create_subprocess_exec(
            sys.executable, "-c", PROGRAM, address.partition(":")[2], env=environment, stdout=subprocess.PIPE
        )
        output, _ = await asyncio.wait_for(second.communicate(), 60)
        assert second.returncode == 3
        assert b"address already in use" in output
