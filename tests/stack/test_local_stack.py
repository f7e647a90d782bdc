"""The whole stack on ports of its own: up, answering, watched, down, and up again with what it knew."""

import asyncio
import io
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from rich.console import Console

from stack.errors import StackError
from stack.layout import Layout, Ports
from stack.local import Stack, local_stack
from stack.options import Options
from stack.people import DEMO_PASSWORD, DEMO_PEOPLE
from stack.ports import is_free
from stack.progress import Progress
from stack.server import Server
from stack.servers import embedded_valkey

SIGN_IN = """
mutation SignIn($email: String!, $password: String!) {
  signIn(input: { email: $email, password: $password }) { user { id } }
}"""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


def quiet() -> Progress:
    return Progress(Console(file=io.StringIO(), width=200))


async def ask(stack: Stack, query: str, **variables: str) -> dict[str, Any]:
    async with httpx.AsyncClient(timeout=30) as client:
        answer = await client.post(f"{stack.url}/graphql", json={"query": query, "variables": variables})
        said: dict[str, Any] = answer.json()
        return said


async def ids_of_demo_people(stack: Stack) -> list[str]:
    answers = [await ask(stack, SIGN_IN, email=email, password=DEMO_PASSWORD) for email in DEMO_PEOPLE]
    return [answer["data"]["signIn"]["user"]["id"] for answer in answers]


def server_of(stack: Stack, name: str) -> Server:
    return next(server for tier in stack.supervisor.tiers for server in tier if server.name == name)


async def kill_and_await_another(stack: Stack, name: str) -> None:
    """Another process takes the place of this one, and answers."""
    server = server_of(stack, name)
    pid = server.child.pid
    psutil.Process(pid).kill()
    async with asyncio.timeout(60):
        while server.child.pid in (None, pid) or not server.answers():
            await asyncio.sleep(0.1)


def ours() -> set[int]:
    """The stack's processes, each in a group of its own; the nursery itself goes when this process does.

    What a PostgreSQL starts by itself comes and goes.
    """
    found = set()
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess, ProcessLookupError):
            is_servers = child.ppid() != os.getpid() and psutil.Process(child.ppid()).name() == "postgres"
            if child.status() != psutil.STATUS_ZOMBIE and os.getpgid(child.pid) != os.getpgid(0) and not is_servers:
                found.add(child.pid)
    return found


async def test_the_stack_comes_up_keeps_its_data_and_leaves_nothing(tmp_path: Path) -> None:
    layout = Layout(tmp_path, Ports.free())
    before = ours()
    async with local_stack(layout, Options(), quiet()) as stack:
        assert (await ask(stack, "{ __typename }")) == {"data": {"__typename": "Query"}}
        people = await ids_of_demo_people(stack)
        assert len(set(people)) == 3
        logs = {path.stem for path in layout.logs.iterdir()}
        assert {"postgres", "valkey", "broker", "entrance", "portone", "booking-api", "loyalty-worker"} <= logs

        watching = asyncio.create_task(stack.watch())
        await asyncio.gather(
            *(kill_and_await_another(stack, name) for name in ("loyalty worker", "loyalty api", "entrance"))
        )
        assert (await ask(stack, "{ __typename }")) == {"data": {"__typename": "Query"}}
        psutil.Process(server_of(stack, "Valkey").child.pid).kill()
        with pytest.raises(StackError, match=r"^Valkey was ended by SIGKILL; its log is "):
            await watching
    assert ours() == before
    assert all(is_free(port) for port in (layout.ports.entrance, layout.ports.postgres, *layout.ports.apis.values()))

    async with local_stack(layout, Options(), quiet()) as stack:
        assert await ids_of_demo_people(stack) == people
    assert ours() == before

    async with local_stack(layout, Options(fresh=True), quiet()) as stack:
        assert set(await ids_of_demo_people(stack)).isdisjoint(people)
    assert ours() == before


async def test_a_port_in_use_is_said_in_one_line_and_nothing_is_left(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "stack", Ports.free())
    with embedded_valkey(tmp_path / "other", port=layout.ports.valkey) as other:
        before = ours()
        with pytest.raises(StackError) as refused:
            async with local_stack(layout, Options(), quiet()):
                pytest.fail("two servers took one port")
        assert ours() == before
        assert str(refused.value) == (
            f"Valkey needs port {other.port}, which is in use by valkey-server (pid {other.child.pid})"
        )


async def test_routers_that_are_not_there_are_said_before_anything_is_started(tmp_path: Path) -> None:
    before = ours()
    layout = Layout(tmp_path, Ports.free(), tools=tmp_path)
    with pytest.raises(StackError, match=r"^apollo-router is neither in .* nor on the PATH: run `make routers`"):
        async with local_stack(layout, Options(routers=True), quiet(), {"PATH": str(tmp_path)}):
            pytest.fail("it started without routers")
    assert ours() == before
    assert not layout.logs.exists()


async def test_named_servers_that_are_not_there_are_said_with_the_log_of_who_wanted_them(tmp_path: Path) -> None:
    before = ours()
    options = Options(database_url="postgresql://postgres@127.0.0.1:1/postgres")
    with pytest.raises(StackError, match=r"^migrations stopped by itself with exit code 1; its log is "):
        async with local_stack(Layout(tmp_path, Ports.free()), options, quiet()):
            pytest.fail("it started without a database")
    assert ours() == before
