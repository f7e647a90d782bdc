"""Pages in the graph: edges, nodes, page information, and a total only where it is selected."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from chassis.connections import Connection, PageInfo
from chassis.federation import print_schema
from chassis.pagination import Page
from tests.chassis import sample
from tests.chassis.sample import ask, codes, running, schema, service

FRAGMENT = "fragment T on PlaceConnection{totalCount}"


@pytest.fixture(scope="module")
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with running(service()) as started:
        yield started


def shape(printed: str, name: str) -> list[str]:
    """The fields of a printed type."""
    return printed.partition(f"\ntype {name} ")[2].partition("\n}")[0].split("\n  ")[1:]


def test_connections_are_named_and_shaped_as_the_contract_says() -> None:
    printed = print_schema(schema)
    assert shape(printed, "PlaceConnection") == [
        "edges: [PlaceEdge!]!",
        "nodes: [Place!]!",
        "pageInfo: PageInfo!",
        "totalCount: Int!",
    ]
    assert shape(printed, "PlaceEdge") == ["cursor: String!", "node: Place!"]
    assert shape(printed, "PageInfo") == [
        "hasNextPage: Boolean!",
        "hasPreviousPage: Boolean!",
        "startCursor: String",
        "endCursor: String",
    ]
    assert "type PageInfo @shareable {" in printed


async def test_a_page_is_told_in_edges_and_in_nodes(client: httpx.AsyncClient) -> None:
    selected = "edges{cursor node{name}} nodes{name} pageInfo{hasNextPage hasPreviousPage startCursor endCursor}"
    body = await ask(client, f"{{places(first:2){{{selected} totalCount}}}}")
    assert body["data"]["places"] == {
        "edges": [{"cursor": "c1", "node": {"name": "Place 1"}}, {"cursor": "c2", "node": {"name": "Place 2"}}],
        "nodes": [{"name": "Place 1"}, {"name": "Place 2"}],
        "pageInfo": {"hasNextPage": True, "hasPreviousPage": False, "startCursor": "c1", "endCursor": "c2"},
        "totalCount": 1000,
    }


@pytest.mark.parametrize(
    "selection",
    [
        "{totalCount}",
        "{alias:totalCount}",
        "{nodes{id} ...T}" + FRAGMENT,
        "{...{totalCount}}",
        "{...on PlaceConnection{...T}}" + FRAGMENT,
        "{totalCount @include(if:$yes)}",
        "{totalCount @skip(if:$no)}",
        "{...T @include(if:true)}" + FRAGMENT,
    ],
)
async def test_a_total_is_counted_however_it_is_selected(client: httpx.AsyncClient, selection: str) -> None:
    fields, _, fragment = selection.partition("fragment")
    query = f"query($yes:Boolean!=true,$no:Boolean!=false){{places{fields} hello @include(if:$yes) me @skip(if:$no)}}"
    body = await ask(client, query + (f" fragment{fragment}" if fragment else ""))
    assert "errors" not in body
    assert 1000 in body["data"]["places"].values()


@pytest.mark.parametrize(
    "selection",
    [
        "{nodes{id}}",
        "{nodes{id} totalCount @skip(if:true)}",
        "{nodes{id} totalCount @include(if:$no)}",
        "{nodes{neighbours(first:1){totalCount}}}",
        "{nodes{id} ...T @skip(if:$yes)}" + FRAGMENT,
    ],
)
async def test_a_total_that_is_not_selected_is_not_counted(
    client: httpx.AsyncClient, selection: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[bool] = []
    original = sample.page_of_places

    def page_of_places(first: int, *, count: bool) -> Connection[Any]:
        counted.append(count)
        return original(first, count=count)

    monkeypatch.setattr(sample, "page_of_places", page_of_places)
    fields, _, fragment = selection.partition("fragment")
    used = "hello @skip(if:$yes) me @include(if:$no)"
    query = f"query($yes:Boolean!=true,$no:Boolean!=false){{places(first:1){fields} {used}}}"
    assert "errors" not in await ask(client, query + (f" fragment{fragment}" if fragment else ""))
    assert counted[0] is False
    assert counted[1:] in ([], [True])


def test_an_empty_page_has_no_cursors() -> None:
    empty: Page[Any] = Page([], [], has_next=False, has_previous=True, total=0)
    assert PageInfo.of(empty) == PageInfo(
        has_next_page=False, has_previous_page=True, start_cursor=None, end_cursor=None
    )


def test_each_row_becomes_a_node_once() -> None:
    made: list[int] = []

    def node(row: int) -> int:
        made.append(row)
        return row * 10

    connection = Connection.of(Page([1, 2], ["a", "b"], has_next=False, has_previous=False, total=None), node)
    assert made == [1, 2]
    assert connection.nodes == [edge.node for edge in connection.edges] == [10, 20]


def test_a_total_nobody_counted_is_a_mistake_and_no_number() -> None:
    connection = Connection.of(Page([1], ["a"], has_next=False, has_previous=False, total=None), str)
    total_count: Any = connection.total_count
    with pytest.raises(RuntimeError, match="not counted"):
        total_count()


async def test_nodes_within_nodes_have_their_own_pages(client: httpx.AsyncClient) -> None:
    body = await ask(client, "{places(first:1){nodes{neighbours(first:2){nodes{name} totalCount}}}}")
    assert codes(body) == []
    assert body["data"]["places"]["nodes"] == [
        {"neighbours": {"nodes": [{"name": "Place 1"}, {"name": "Place 2"}], "totalCount": 1000}}
    ]
