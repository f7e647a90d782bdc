"""The gateways under test as real processes: the local one, and the entrance with both routers behind it."""

import asyncio
import lzma
import os
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest

from stack.child import Child
from stack.errors import StackError
from stack.layout import ROOT, Layout
from stack.node import node
from stack.ports import LOOPBACK, free_port
from stack.programs import APOLLO_ROUTER, HIVE_ROUTER, Program

ROUTER = ROOT / "router"
PATIENCE = 30
BUILT = ROOT.parent / "shared" / "bin"
"""Where a workplace may keep routers somebody built before."""

TIMES = {"SUBGRAPH_TIMEOUT_MS": "9000", "SUBGRAPH_TIMEOUT": "9s"}
"""How long gateways wait for a subgraph: long enough for crowds that share one loop with it."""


@asynccontextmanager
async def entrance(folder: Path, environment: Mapping[str, str]) -> AsyncIterator[str]:
    """The entrance; yields its base address."""
    port = free_port()
    command = [node(), str(ROUTER / "local" / "main.mjs")]
    async with _running("entrance", command, folder, {**environment, "PORT": str(port)}, "/healthz"):
        yield f"http://{LOOPBACK}:{port}"


@asynccontextmanager
async def routers(folder: Path, environment: Mapping[str, str]) -> AsyncIterator[Mapping[str, str]]:
    """Both routers for both faces; yields where the entrance finds them."""
    apollo, hive = program(APOLLO_ROUTER, folder), program(HIVE_ROUTER, folder)
    faces = {"": ("/graphql", environment["SUPERGRAPH"]), "_ADMIN": ("/admin/graphql", environment["ADMIN_SUPERGRAPH"])}
    addresses: dict[str, str] = {}
    async with AsyncExitStack() as stack:
        for face, (path, supergraph) in faces.items():
            told = {**environment, "GRAPH_PATH": path, "SUPERGRAPH_FILE_PATH": supergraph}
            command = [str(apollo), "-c", str(ROUTER / "apollo" / "router.yaml"), "-s", supergraph]
            addresses[f"APOLLO{face}_URL"] = await _router(
                stack, f"apollo{face}", command, folder, told, "/health?ready"
            )
            addresses[f"HIVE{face}_URL"] = await _router(stack, f"hive{face}", [str(hive)], folder, told, "/readiness")
        yield addresses


async def _router(
    stack: AsyncExitStack, name: str, command: list[str], folder: Path, environment: Mapping[str, str], ready: str
) -> str:
    port = free_port()
    own = {
        **environment,
        "PORT": str(port),
        "APOLLO_TELEMETRY_DISABLED": "true",
        "ROUTER_CONFIG_FILE_PATH": str(ROUTER / "hive" / "router.yaml"),
    }
    await stack.enter_async_context(_running(name, command, folder, own, ready))
    return f"http://{LOOPBACK}:{port}"


@asynccontextmanager
async def _running(
    name: str, command: list[str], folder: Path, environment: Mapping[str, str], ready: str
) -> AsyncIterator[None]:
    inherited = {key: value for key, value in os.environ.items() if key != "RUST_BACKTRACE"}
    child = Child(name, command, folder / f"{name}.log", {**inherited, "HOST": LOOPBACK, **environment}, ROOT)
    child.launch()
    try:
        await _answers(child, f"http://{LOOPBACK}:{environment['PORT']}{ready}")
        yield
    finally:
        await asyncio.to_thread(child.stop)


async def _answers(child: Child, url: str) -> None:
    async with asyncio.timeout(PATIENCE), httpx.AsyncClient() as client:
        while True:
            assert child.is_running(), child.log.read_text()
            try:
                if (await client.get(url)).is_success:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.05)


def program(wanted: Program, folder: Path) -> Path:
    """The router's binary, as the stack finds it or unpacked from where it was built; the test is skipped without."""
    try:
        found = wanted.find(Layout().programs, os.environ)
    except StackError as error:
        pytest.skip(str(error))
    return found or _unpacked(wanted, folder)


def _unpacked(wanted: Program, folder: Path) -> Path:
    packed = sorted(BUILT.glob(f"{wanted.name}-{wanted.version}-linux-x86_64.xz"))
    if not packed:
        pytest.skip(f"there is no {wanted.name} here: `make routers` gets it")
    binary = folder / wanted.name
    with lzma.open(packed[0]) as source, binary.open("wb") as target:
        shutil.copyfileobj(source, target)
    binary.chmod(0o755)
    return binary
