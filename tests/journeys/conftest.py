"""One whole stack for all journeys: every process real, everything through one entrance; and a browser in front."""

from collections.abc import AsyncIterator
from io import StringIO

import httpx
import pytest
from playwright.async_api import Browser, Page
from rich.console import Console

from stack.demo.__main__ import import_listings
from stack.demo.graph import Graph
from stack.demo.people import sign_in
from stack.layout import Layout, Ports
from stack.local import Stack, local_stack
from stack.options import Options
from stack.progress import Progress
from tests.browsing import browser_at, page_in


@pytest.fixture(scope="package")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    layout = Layout(home=tmp_path_factory.mktemp("stack"), ports=Ports.free())
    async with local_stack(layout, Options(), Progress(Console(file=StringIO()))) as stack:
        yield stack


@pytest.fixture(scope="package")
async def lodgings(stack: Stack) -> None:
    await import_listings(stack)


@pytest.fixture(scope="package")
async def http(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=stack.url, timeout=60) as client:
        yield client


@pytest.fixture(scope="package")
def graph(http: httpx.AsyncClient) -> Graph:
    return Graph(http, "/graphql")


@pytest.fixture(scope="package")
async def admin(graph: Graph) -> Graph:
    return (await sign_in(graph, "admin@overthere.example", "/admin/graphql")).graph


@pytest.fixture(scope="package")
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    async with browser_at(tmp_path_factory.mktemp("browser")) as browser:
        yield browser


@pytest.fixture
def complaints() -> list[str]:
    """What the browser has to say against the pages: none of it may be left when a test is over."""
    return []


@pytest.fixture
async def page(browser: Browser, complaints: list[str]) -> AsyncIterator[Page]:
    async with page_in(browser, complaints, viewport={"width": 1200, "height": 950}) as page:
        yield page
    assert complaints == []
