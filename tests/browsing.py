"""A real browser for whoever tests a page: one for all of them, a context of its own for each test."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from stack.browser.found import VARIABLE, find_browser
from stack.layout import Layout

# States are waited for as long as a busy machine takes.
PATIENCE_MS = 20_000


@asynccontextmanager
async def browser_at(home: Path) -> AsyncIterator[Browser]:
    found = find_browser(Layout().browser, os.environ)
    if found is None:
        pytest.skip(f"there is no Chromium here: `make browser` gets one, or name it in {VARIABLE}")
    environment = {**os.environ, **found.environment, "HOME": str(home)}
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found.program, env=environment)
        yield browser
        await browser.close()


@asynccontextmanager
async def page_in(browser: Browser, complaints: list[str], **context: Any) -> AsyncIterator[Page]:
    """What the browser has to say against the pages is added to the complaints."""
    opened = await browser.new_context(reduced_motion="reduce", **context)
    page = await opened.new_page()
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_default_timeout(PATIENCE_MS)
    yield page
    await opened.close()
