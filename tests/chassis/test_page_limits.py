"""Pages have a size from 1 to 100, and pages within pages multiply."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from tests.chassis.sample import Calls, ask, codes, running, service

OUT_OF_RANGE = [{"field": "first", "code": "OUT_OF_RANGE"}]


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return service()


@pytest.fixture(scope="module")
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with running(app) as started:
        yield started


@pytest.mark.parametrize("first", [0, -1, 101, 2_147_483_647])
async def test_a_page_size_out_of_range_is_refused(client: httpx.AsyncClient, first: int) -> None:
    for body in (
        await ask(client, f"{{places(first: {first}){{nodes{{id}}}}}}"),
        await ask(client, "query($f:Int!){places(first:$f){nodes{id}}}", {"f": first}),
        await ask(client, f"query($f:Int!={first}){{places(first:$f){{nodes{{id}}}}}}"),
        await ask(
            client,
            "query($f:Int!){place(id:1){...P}} fragment P on Place{neighbours(first:$f){nodes{id}}}",
            {"f": first},
        ),
    ):
        assert codes(body) == ["INVALID_INPUT"]
        assert body["errors"][0]["extensions"]["fields"] == OUT_OF_RANGE


@pytest.mark.parametrize("first", [1, 100])
async def test_the_smallest_and_the_largest_page_are_given(client: httpx.AsyncClient, first: int) -> None:
    body = await ask(client, "query($f:Int!){places(first:$f){nodes{id}}}", {"f": first})
    assert len(body["data"]["places"]["nodes"]) == first


@pytest.mark.parametrize("first", ["x", 1.5, True, None, [1], 2**31])
async def test_a_page_size_that_is_no_integer_is_refused_as_every_wrong_variable_is(
    client: httpx.AsyncClient, first: object
) -> None:
    body = await ask(client, "query($f:Int!){places(first:$f){nodes{id}}}", {"f": first})
    assert codes(body) == ["INVALID_INPUT"]
    assert "data" not in body


async def test_pages_within_pages_multiply(client: httpx.AsyncClient, app: FastAPI) -> None:
    query = "query($a:Int!,$b:Int!){places(first:$a){nodes{neighbours(first:$b){nodes{id}}}}}"
    body = await ask(client, query, {"a": 99, "b": 100})
    assert len(body["data"]["places"]["nodes"][98]["neighbours"]["nodes"]) == 100
    body = await ask(client, query, {"a": 100, "b": 100})
    assert codes(body) == ["TOO_MANY_NODES"]
    assert body["errors"][0]["message"] == ("The pages of this query could hold 10100 nodes; 10000 are the limit.")


async def test_defaults_count_as_what_they_are(client: httpx.AsyncClient) -> None:
    three = "{places{nodes{neighbours{nodes{neighbours{nodes{id}}}}}}}"
    assert "errors" not in await ask(client, three)
    four = "{places{nodes{neighbours{nodes{neighbours{nodes{neighbours{nodes{id}}}}}}}}}"
    assert codes(await ask(client, four)) == ["TOO_MANY_NODES"]


async def test_representations_multiply_too(client: httpx.AsyncClient, app: FastAPI) -> None:
    query = "query($r:[_Any!]!){_entities(representations:$r){...on Place{neighbours(first:100){nodes{id}}}}}"
    app.state.resources[Calls].clear()
    places = [{"__typename": "Place", "id": str(number)} for number in range(100)]
    assert codes(await ask(client, query, {"r": places})) == ["TOO_MANY_NODES"]
    assert app.state.resources[Calls] == []
    assert "errors" not in await ask(client, query, {"r": places[:99]})


async def test_a_router_may_send_many_representations(client: httpx.AsyncClient) -> None:
    query = "query($r:[_Any!]!){_entities(representations:$r){...on Place{name}}}"
    places = [{"__typename": "Place", "id": str(number)} for number in range(5_000)]
    answer = (await ask(client, query, {"r": places}))["data"]["_entities"]
    assert (len(answer), answer[4_999]) == (5_000, {"name": "Place 4999"})
    assert codes(await ask(client, query, {"r": places * 3})) == ["TOO_MANY_NODES"]
