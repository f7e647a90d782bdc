"""Small real subgraphs behind each sort of gateway: one suite for all of them, through the front door."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import UUID

import httpx
import pytest
import structlog

from chassis.ids import uuid7
from chassis.roles import Role
from chassis.testing_tokens import TokenIssuer

from .client import Graph
from .gateways import TIMES, entrance, routers
from .serving import NOWHERE, STARTED, application, compose, serving

GUEST = uuid7()


@pytest.fixture(scope="session", autouse=True)
def plain_logs() -> Iterator[None]:
    """The subgraphs share this loop with the tests: a traceback made pretty would hold all of them up for seconds."""
    before = structlog.get_config()
    structlog.configure(processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer()])
    yield
    structlog.configure(**before)


@pytest.fixture(scope="session")
def tokens() -> Iterator[TokenIssuer]:
    with TokenIssuer() as issuer:
        yield issuer


@pytest.fixture(scope="session")
def guest_id() -> UUID:
    return GUEST


@pytest.fixture(scope="session")
def token(tokens: TokenIssuer, guest_id: UUID) -> str:
    return tokens.issue(guest_id, Role.GUEST, seconds=86_400)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("federation")


@pytest.fixture(scope="session")
async def surroundings(tokens: TokenIssuer, folder: Path) -> AsyncIterator[dict[str, str]]:
    """The subgraphs under way, and what every gateway is told of them."""
    told = {
        "SUPERGRAPH": str(compose(folder, "public")),
        "ADMIN_SUPERGRAPH": str(compose(folder, "admin")),
        "GRAPHIQL": "1",
        **TIMES,
    }
    async with AsyncExitStack() as stack:
        for name in STARTED:
            told[f"{name.upper()}_URL"] = await stack.enter_async_context(serving(application(name, tokens)))
        # Both are away; only one of them has a place in the graph.
        told["PAYMENT_URL"] = told["ACCOMMODATION_URL"] = NOWHERE
        yield told


@pytest.fixture(scope="session")
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=20) as client:
        yield client


@pytest.fixture(scope="session")
async def local(surroundings: dict[str, str], folder: Path, http: httpx.AsyncClient) -> AsyncIterator[Graph]:
    async with entrance(folder, surroundings) as url:
        yield Graph(url, "local", http)


@pytest.fixture(scope="session")
async def routed(surroundings: dict[str, str], folder: Path, http: httpx.AsyncClient) -> AsyncIterator[Graph]:
    own = folder / "routed"
    own.mkdir()
    async with routers(own, surroundings) as addresses, entrance(own, {**surroundings, **addresses}) as url:
        yield Graph(url, "routed", http)


@pytest.fixture(scope="session")
async def closed(surroundings: dict[str, str], folder: Path, http: httpx.AsyncClient) -> AsyncIterator[Graph]:
    """The local gateway as it is where strangers come: without GraphiQL."""
    async with entrance(folder / "closed", {**surroundings, "GRAPHIQL": "0"}) as url:
        yield Graph(url, "local", http)


@pytest.fixture(params=["local", "routed"], ids=["local gateway", "Apollo and Hive"])
def graph(request: pytest.FixtureRequest) -> Graph:
    found: Graph = request.getfixturevalue(request.param)
    return found
