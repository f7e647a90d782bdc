"""GraphiQL as a browser gets it: whole in itself, and its examples are questions the graph answers."""

import html.parser
import json
import re
from typing import Any

import httpx
import pytest
from graphql import build_schema, parse, validate

from stack.layout import ROOT

from .client import Graph

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
FACES = {"/graphql": "supergraph.graphql", "/admin/graphql": "supergraph.admin.graphql"}


class Loads(html.parser.HTMLParser):
    """The addresses a page has its browser load by itself."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        self.found += [str(given[name]) for name in ("src", "href", "srcset") if given.get(name) and tag != "a"]


async def page_of(graph: Graph, path: str) -> httpx.Response:
    response = await graph.http.get(graph.url + path, headers=BROWSER)
    assert (response.status_code, response.headers["content-type"]) == (200, "text/html; charset=utf-8")
    return response


def options_of(page: str) -> dict[str, Any]:
    """What the page hands to GraphiQL."""
    at = page.rindex("YogaGraphiQL.renderYogaGraphiQL(")
    options: dict[str, Any] = json.JSONDecoder().raw_decode(page[page.index("{", at) :])[0]
    return options


@pytest.mark.parametrize("path", FACES)
async def test_the_page_loads_nothing_from_anywhere(graph: Graph, path: str) -> None:
    response = await page_of(graph, path)
    loaded = Loads(response.text).found
    assert loaded
    assert all(address.startswith("data:") for address in loaded)
    assert "@import" not in response.text.partition("</style>")[0]


@pytest.mark.parametrize("path", FACES)
async def test_its_browser_is_told_to_reach_nothing_but_this_server(graph: Graph, path: str) -> None:
    policy = (await page_of(graph, path)).headers["content-security-policy"]
    sources = {name: values for name, *values in (part.split() for part in policy.split("; "))}
    assert sources["default-src"] == ["'none'"]
    assert sources["connect-src"] == ["'self'"]
    assert not re.search(r"https?:|ws:|\*", policy)


@pytest.mark.parametrize("path", FACES)
async def test_there_is_a_place_for_the_token(graph: Graph, path: str) -> None:
    assert "id: 'token-bar'" in (await page_of(graph, path)).text


@pytest.mark.parametrize("path", FACES)
async def test_its_examples_can_be_asked_of_the_graph(local: Graph, path: str) -> None:
    supergraph = ROOT / "router" / FACES[path]
    schema = build_schema(supergraph.read_text(), assume_valid=True)
    tabs = options_of((await page_of(local, path)).text)["defaultTabs"]
    assert len(tabs) >= 3
    assert {tab["query"]: validate(schema, parse(tab["query"])) for tab in tabs} == {tab["query"]: [] for tab in tabs}


async def test_programs_get_no_page(graph: Graph) -> None:
    response = await graph.http.get(f"{graph.url}/graphql", headers={"Accept": "application/json"})
    assert "errors" in response.json()


async def test_the_graph_tells_its_schema_only_where_graphiql_is(local: Graph, closed: Graph, routed: Graph) -> None:
    question = "{ __schema { queryType { name } } }"
    opened = await local.ask(question)
    assert opened.data == {"__schema": {"queryType": {"name": "Query"}}}
    for graph in (closed, routed):
        refused = await graph.ask(question)
        assert refused.data is None
        assert set(refused.codes) <= {"GRAPHQL_VALIDATION_FAILED", "INTROSPECTION_DISABLED"}
        assert refused.codes


async def test_without_graphiql_there_is_no_page_and_no_suggestion(closed: Graph) -> None:
    page = await closed.http.get(f"{closed.url}/graphql", headers=BROWSER)
    assert not page.headers["content-type"].startswith("text/html")
    misspelt = await closed.ask('{ usr(id: "1") { name } }')
    assert misspelt.codes == ["GRAPHQL_VALIDATION_FAILED"]
    assert "user" not in misspelt.errors[0]["message"].replace("usr", "")
