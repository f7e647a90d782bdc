"""One whole stack for all journeys: every process real, everything through one entrance; and a browser in front."""

import os
from collections.abc import AsyncIterator
from io import StringIO

import httpx
import pytest
from playwright.async_api import Browser, Page, async_playwright
from rich.console import Console

from stack.browser.found import VARIABLE, find_browser
from stack.demo.__main__ import import_listings
from stack.demo.graph import Graph
from stack.demo.people import sign_in
from stack.layout import Layout, Ports
from stack.local import Stack, local_stack
from stack.options import Options
from stack.progress import Progress


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
    found = find_browser(Layout().browser, os.environ)
    if found is None:
        pytest.skip(f"there is no Chromium here: `make browser` gets one, or name it in {VARIABLE}")
    environment = {**os.environ, **found.environment, "HOME": str(tmp_path_factory.mktemp("browser"))}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found.program, env=environment)
        yield browser
        await browser.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser has to say against the pages: none of it may be left when a test is over."""
    return []


@pytest.fixture
async def page(browser: Browser, complaints: list[str]) -> AsyncIterator[Page]:
    context = await browser.new_context(viewport={"width": 1200, "height": 950}, reduced_motion="reduce")
    page = await context.new_page()
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_default_timeout(20_000)
    yield page
    await context.close()
    assert complaints == []
