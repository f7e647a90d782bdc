"""The page on which a rush is watched, as the entrance serves it."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from stack.gateways import RUSH_PAGE

from .client import Graph
from .gateways import entrance


@pytest.fixture(scope="module")
async def url(surroundings: dict[str, str], folder: Path) -> AsyncIterator[str]:
    async with entrance(folder / "rush", {**surroundings, "RUSH_PAGE": str(RUSH_PAGE)}) as url:
        yield url


async def test_every_event_has_the_same_page(url: str, http: httpx.AsyncClient) -> None:
    page = await http.get(f"{url}/rush/0190f5a0-0000-7000-8000-000000000001?from=mail")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.content == (RUSH_PAGE / "index.html").read_bytes()


async def test_its_files_come_by_their_names_and_types(url: str, http: httpx.AsyncClient) -> None:
    types = {"main.js": "text/javascript; charset=utf-8", "board.css": "text/css; charset=utf-8"}
    for name, kind in types.items():
        file = await http.get(f"{url}/rush/{name}")
        assert (file.headers["content-type"], file.content) == (kind, (RUSH_PAGE / name).read_bytes())
        assert file.headers["x-content-type-options"] == "nosniff"


async def test_its_browser_may_run_and_reach_nothing_but_what_this_server_has(
    url: str, http: httpx.AsyncClient
) -> None:
    policy = (await http.get(f"{url}/rush/1")).headers["content-security-policy"]
    assert dict(part.split(" ", 1) for part in policy.split("; ")) == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "connect-src": "'self'",
        "img-src": "data:",
        "form-action": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }


@pytest.mark.parametrize("path", ["/rush", "/rush/", "/rush/1/2", "/rush/page/main.js"])
async def test_nothing_else_is_there(url: str, http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(url + path)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (404, "NOT_FOUND")


async def test_no_name_leads_out_of_its_folder(url: str, http: httpx.AsyncClient) -> None:
    assert (RUSH_PAGE / ".." / "__main__.py").exists()
    answer = await http.get(f"{url}/rush/..%2F__main__.py")
    assert answer.content == (RUSH_PAGE / "index.html").read_bytes()


async def test_it_is_not_written_to(url: str, http: httpx.AsyncClient) -> None:
    answer = await http.post(f"{url}/rush/1")
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (404, "NOT_FOUND")


async def test_where_no_page_is_named_there_is_none(local: Graph) -> None:
    answer = await local.http.get(f"{local.url}/rush/1")
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (404, "NOT_FOUND")


async def test_a_folder_that_is_not_there_stops_the_entrance(surroundings: dict[str, str], folder: Path) -> None:
    own = folder / "pageless"
    with pytest.raises(AssertionError):
        async with entrance(own, {**surroundings, "RUSH_PAGE": "/no/such/folder"}):
            pass
    assert "/no/such/folder" in (own / "entrance.log").read_text()
