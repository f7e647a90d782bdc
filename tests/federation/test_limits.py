"""How much may be asked for at once: whatever is more is refused with a code, and nothing is asked of subgraphs."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from chassis.ids import uuid7

from .client import Answer, Graph

# Depth, aliases and pages are the subgraphs' affair behind Apollo Router, which limits tokens alone without a licence.
CODES = {
    "deep": {"QUERY_TOO_DEEP", "PARSING_ERROR"},
    "wide": {"QUERY_TOO_WIDE"},
    "long": {"QUERY_TOO_LONG", "PARSING_ERROR"},
}


QUERIES = {
    "deep": "{ user(id: 1) { " + "... on User { " * 200 + "id" + " }" * 200 + " } }",
    "wide": "{ " + " ".join(f'a{at}: refused(how: "missing")' for at in range(70)) + " }",
    "long": "{ " + 'user(id: "1") { name } ' * 1_000 + "}",
}


@pytest.mark.parametrize("how", ["deep", "wide", "long"])
async def test_a_query_that_asks_too_much_is_refused_with_a_code(graph: Graph, how: str) -> None:
    answer = await graph.ask(QUERIES[how])
    assert not any((answer.data or {}).values())
    assert answer.codes
    assert set(answer.codes) <= CODES[how]


async def test_the_local_gateway_counts_what_fragments_expand_to(local: Graph) -> None:
    doubling = " ".join(f"fragment F{at} on User {{ ...F{at + 1} ...F{at + 1} }}" for at in range(12))
    answer = await local.ask(f'{{ user(id: "1") {{ ...F0 }} }} {doubling} fragment F12 on User {{ id }}')
    assert (answer.data, answer.codes) == (None, ["QUERY_TOO_WIDE"])


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ heard" + " @skip(if: true)" * 61 + " }", "TOO_MANY_DIRECTIVES"),
        ("{ heard ...F } fragment F on Query { " + "heard @include(if: false) " * 61 + "}", "TOO_MANY_DIRECTIVES"),
        ("{ bookings(filter: { statuses: [" + "OPEN " * 1_001 + "] }) { code } }", "TOO_MANY_ITEMS"),
    ],
)
async def test_the_local_gateway_counts_directives_and_what_lists_hold(local: Graph, query: str, code: str) -> None:
    answer = await local.ask(query)
    assert (answer.data, answer.codes) == (None, [code])


async def test_a_batch_is_refused_and_nothing_of_it_is_done(graph: Graph, token: str) -> None:
    mark = str(uuid7())
    batch = [{"query": f'mutation {{ rename(name: "{mark}") {{ names }} }}'}] * 2
    headers = {"Authorization": f"Bearer {token}"}
    response = await graph.http.post(f"{graph.url}/graphql", json=batch, headers=headers)
    assert response.status_code == 400
    after = await graph.ask('mutation { rename(name: "after") { names } }', token=token)
    assert mark not in after.data["rename"]["names"]


async def test_fragments_that_spread_each_other_are_refused(graph: Graph) -> None:
    answer = await graph.ask(
        '{ user(id: "1") { ...A } } fragment A on User { id ...B } fragment B on User { name ...A }'
    )
    assert answer.data is None
    assert set(answer.codes) <= {"GRAPHQL_VALIDATION_FAILED", "RECURSIVE_FRAGMENT_DEFINITION"}


async def test_a_body_that_is_too_large_is_refused_before_it_is_read(graph: Graph) -> None:
    response = await graph.http.post(f"{graph.url}/graphql", json={"query": "{ heard }", "padding": "x" * 2_000_000})
    assert (response.status_code, Answer.of(response).codes) == (413, ["BODY_TOO_LARGE"])


async def test_headers_that_are_too_long_are_refused_with_a_code(local: Graph) -> None:
    response = await local.http.get(f"{local.url}/graphql", headers={"x-padding": "x" * 20_000})
    assert (response.status_code, Answer.of(response).codes) == (431, ["HEADERS_TOO_LARGE"])


@pytest.mark.parametrize("given", ["variables=zz", "variables=[1", 'variables={"n":1e999}', "extensions=zz"])
async def test_parameters_that_are_no_json_are_refused(local: Graph, given: str) -> None:
    response = await local.http.get(f"{local.url}/graphql?query={{heard}}&{given}", headers={"x-a": "b"})
    assert (response.status_code, Answer.of(response).codes) == (400, ["BAD_REQUEST"])


@pytest.mark.parametrize("charset", ["latin1", "utf-16", ""])
async def test_json_comes_in_utf_8(local: Graph, charset: str) -> None:
    headers = {"Content-Type": f"application/json; charset={charset}"}
    response = await local.http.post(f"{local.url}/graphql", content=b'{"query": "{ heard }"}', headers=headers)
    assert (response.status_code, Answer.of(response).codes) == (415, ["UNSUPPORTED_MEDIA_TYPE"])


async def test_a_query_deeper_than_a_stack_is_refused_with_a_code(local: Graph) -> None:
    answer = await local.ask("{ user(id: " + "[" * 4_500 + "]" * 4_500 + ") { id } }")
    assert (answer.data, answer.codes) == (None, ["QUERY_TOO_DEEP"])


async def test_who_takes_no_json_is_told_so(local: Graph) -> None:
    asked = {"query": "{ heard }"}
    response = await local.http.post(f"{local.url}/graphql", json=asked, headers={"Accept": "image/png"})
    assert (response.status_code, Answer.of(response).codes) == (406, ["NOT_ACCEPTABLE"])


async def test_a_body_that_grows_too_large_is_refused(graph: Graph) -> None:
    async def growing() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 50_000
            await asyncio.sleep(0)

    headers = {"Content-Type": "application/json"}
    response = await graph.http.post(f"{graph.url}/graphql", content=growing(), headers=headers)
    assert (response.status_code, Answer.of(response).codes) == (413, ["BODY_TOO_LARGE"])


@pytest.mark.parametrize(
    "body",
    [
        b"nonsense",
        b"[]",
        b'{"query": 7}',
        b'{"nothing": true}',
        b"",
        # What would reach a subgraph as null, as other letters, or not at all.
        b'{"query": "{ heard }", "variables": {"much": 1e999}}',
        b'{"query": "{ heard }", "variables": {"name": "\xff\xfe"}}',
        b'{"query": "{ heard }", "variables": {"deep": ' + b"[" * 600 + b"]" * 600 + b"}}",
    ],
)
async def test_what_is_no_request_is_refused(graph: Graph, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    response = await graph.http.post(f"{graph.url}/graphql", content=body, headers=headers)
    assert response.status_code == 400
    assert all(error["extensions"]["code"] for error in response.json()["errors"])


async def test_a_page_of_somebody_elses_can_ask_nothing_without_a_preflight(graph: Graph, token: str) -> None:
    """A form or an image sends these without asking; only what a page must ask leave for is answered."""
    mark = str(uuid7())
    query = f'mutation {{ rename(name: "{mark}") {{ names }} }}'
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        headers = {"Content-Type": kind, "Authorization": f"Bearer {token}", "Origin": "https://elsewhere.example"}
        response = await graph.http.post(f"{graph.url}/graphql", content=f'{{"query": "{query}"}}', headers=headers)
        assert response.status_code in (400, 415)
    after = await graph.ask('mutation { rename(name: "after") { names } }', token=token)
    assert mark not in after.data["rename"]["names"]


async def test_any_page_may_ask_with_a_token_and_none_with_a_cookie(graph: Graph) -> None:
    preflight = {
        "Origin": "https://shop.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    answer = await graph.http.options(f"{graph.url}/graphql", headers=preflight)
    assert answer.headers["access-control-allow-origin"] in ("*", "https://shop.example")
    assert "authorization" in answer.headers["access-control-allow-headers"]
    assert answer.headers.get("access-control-allow-credentials") != "true"
