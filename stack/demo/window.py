"""What a guest's browser does to pay: open our checkout page, be led to the payment window, click a button there."""

import json
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import httpx


async def click(http: httpx.AsyncClient, checkout_url: str, button: str = "pay") -> int:
    """Click a button of the simulator's window; the status of the page one is led back to."""
    page = _Page((await http.get(checkout_url)).raise_for_status().text)
    window = await http.get(urljoin(page.sdk, "/window"), params=page.request)
    form = _Page(window.raise_for_status().text).fields | {"payMethod": "CARD", "outcome": button}
    back = await http.post(urljoin(page.sdk, "/window"), data=form, follow_redirects=True)
    return back.raise_for_status().status_code


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
        self._in_request = tag == "script" and given.get("type") == "application/json"
        if tag == "script" and given.get("src"):
            self.sdk = str(given["src"])
        if tag == "input" and given.get("type") == "hidden":
            self.fields[str(given["name"])] = given.get("value") or ""

    def handle_data(self, data: str) -> None:
        if self._in_request and data.strip():
            self.request = json.loads(data)
