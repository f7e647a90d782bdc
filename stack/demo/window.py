"""What a guest's browser does to pay: open our checkout page, be led to the payment window, click a button there."""

import json
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import httpx


async def click(http: httpx.AsyncClient, checkout_url: str, button: str = "pay", **chosen: str) -> int:
    """Open the simulator's window and click a button; the status of the page one is led back to.

    `chosen` are fields of its form: `payMethod`, and what a cheat would write into the others.
    """
    return await (await open_window(http, checkout_url)).click(http, button, **chosen)


@dataclass(frozen=True)
class Window:
    address: str
    fields: dict[str, str]

    async def click(self, http: httpx.AsyncClient, button: str = "pay", **chosen: str) -> int:
        form = self.fields | {"payMethod": "CARD", "outcome": button, **chosen}
        back = await http.post(self.address, data=form, follow_redirects=True)
        return back.raise_for_status().status_code


async def open_window(http: httpx.AsyncClient, checkout_url: str) -> Window:
    """HTTPStatusError where the page or the provider offers none any more."""
    page = _Page((await http.get(checkout_url)).raise_for_status().text)
    address = urljoin(page.sdk, "/window")
    window = await http.get(address, params=page.request)
    return Window(address, _Page(window.raise_for_status().text).fields)


class _Page(HTMLParser):
    """The parts of a page that a browser would act on."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.sdk = ""
        self.request: dict[str, Any] = {}
        self.fields: dict[str, str] = {}
        self._in_request = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._in_request = tag == "script" and given.get("id") == "order"
        if tag == "script" and given.get("src"):
            self.sdk = str(given["src"])
        if tag == "input" and given.get("type") == "hidden":
            self.fields[str(given["name"])] = given.get("value") or ""

    def handle_data(self, data: str) -> None:
        if self._in_request and data.strip():
            self.request = json.loads(data)
