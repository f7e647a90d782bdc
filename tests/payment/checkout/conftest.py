"""The service where a browser finds it, a browser, and the worker that follows webhooks."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from functools import partial

import pytest
import uvicorn
from playwright.async_api import Browser, Page

from chassis.testing import SubgraphUnderTest
from tests.browsing import browser_at, page_in

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESK = {"viewport": {"width": 1200, "height": 900}}


class Server(uvicorn.Server):
    """Signals are the test runner's."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@pytest.fixture(scope="package")
async def front(service: SubgraphUnderTest, listener: socket.socket) -> AsyncIterator[None]:
    """The service has begun already; here it only gets ears."""
    server = Server(uvicorn.Config(service.app, lifespan="off", log_level="warning", ws="none"))
    serving = asyncio.create_task(server.serve([listener]))
    yield
    server.should_exit = True
    await serving


@pytest.fixture(scope="package")
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    async with browser_at(tmp_path_factory.mktemp("browser")) as browser:
        yield browser


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What the browser has to say against the pages: none of it may be left when a test is over."""
    said: list[str] = []
    yield said
    assert said == []


@pytest.fixture
def open_page(browser: Browser, front: None, complaints: list[str]) -> Callable[..., AbstractAsyncContextManager[Page]]:
    return partial(page_in, browser, complaints)
