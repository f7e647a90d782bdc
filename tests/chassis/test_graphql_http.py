"""GraphQL over HTTP: what is answered with which status and type, and what is refused before anything runs."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI

from chassis.graphql_http import GraphQLHTTP
from chassis.negotiation import GRAPHQL, JSON
from chassis.principal import Role
from tests.chassis.sample import Calls, ask, codes, running, service
from tests.chassis.tokens import USER, bearer, claims, signed

FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return service()


@pytest.fixture(scope="module")
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with running(app) as started:
        yield started


@pytest.fixture(autouse=True)
def calls(app: FastAPI, client: httpx.AsyncClient) -> Calls:
    made: Calls = app.state.resources[Calls]
    made.clear()
    return made


def post(client: httpx.AsyncClient, body: Any, **headers: str) -> Any:
    content = body if isinstance(body, (str, bytes)) else json.dumps(body)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post("/graphql", content=content, headers={"content-type": JSON} | named)


async def test_a_query_is_answered(client: httpx.AsyncClient) -> None:
    answer = await post(client, {"query": "{hello}"})
    assert (answer.status_code, answer.json()) == (200, {"data": {"hello": "world"}})
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"


async def test_variables_and_the_operation_name_are_heeded(client: httpx.AsyncClient) -> None:
    query = "query A($n:[Int!]!){count(numbers:$n)} query B{hello}"
    answer = await post(client, {"query": query, "variables": {"n": [1, 2, 3]}, "operationName": "A"})
    assert answer.json() == {"data": {"count": 3}}
    assert (await post(client, {"query": query, "operationName": "B"})).json() == {"data": {"hello": "world"}}


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (GRAPHQL, GRAPHQL),
        (f"{GRAPHQL}, {JSON}", GRAPHQL),
        (f"{JSON}, {GRAPHQL}", JSON),
        (f"{JSON};q=0.5, {GRAPHQL};q=0.9", GRAPHQL),
        (f"{GRAPHQL};charset=utf-8", GRAPHQL),
        ("text/html, */*;q=0.1", JSON),
    ],
)
async def test_the_answer_has_the_type_the_client_prefers(
    client: httpx.AsyncClient, accept: str, media_type: str
) -> None:
    answer = await post(client, {"query": "{hello}"}, accept=accept)
    assert answer.headers["content-type"] == f"{media_type}; charset=utf-8"


@pytest.mark.parametrize("accept", ["text/html", "image/png, text/*", f"{JSON};q=0"])
async def test_a_client_that_takes_no_json_is_told_so(client: httpx.AsyncClient, accept: str) -> None:
    answer = await post(client, {"query": "{hello}"}, accept=accept)
    assert (answer.status_code, codes(answer.json())) == (406, ["NOT_ACCEPTABLE"])


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", FORM, "multipart/form-data; boundary=x", f"{JSON}; charset=utf-16"]
)
async def test_a_body_a_foreign_page_could_send_is_refused(
    client: httpx.AsyncClient, calls: Calls, content_type: str
) -> None:
    answer = await post(client, {"query": "mutation{change}"}, content_type=content_type)
    assert (answer.status_code, codes(answer.json())) == (415, ["UNSUPPORTED_MEDIA_TYPE"])
    assert calls == []


async def test_a_compressed_body_is_refused(client: httpx.AsyncClient) -> None:
    answer = await post(client, b"\x1f\x8b", content_encoding="gzip")
    assert (answer.status_code, codes(answer.json())) == (415, ["UNSUPPORTED_MEDIA_TYPE"])


@pytest.mark.parametrize(
    "body",
    ["", "{", "nonsense", "[]", "5", "null", '"{hello}"', "{}"]
    + [json.dumps({"query": query}) for query in (None, 1, True, {}, [], "", "  ")]
    + [json.dumps({"query": "{hello}", "variables": variables}) for variables in ("x", 1, [], True)]
    + [json.dumps({"query": "{hello}", "operationName": name}) for name in (1, [], {})]
    + [json.dumps({"query": "{hello}", "extensions": extensions}) for extensions in ("x", 1, [])],
)
async def test_what_is_no_request_is_refused(client: httpx.AsyncClient, body: str) -> None:
    for accept in (JSON, GRAPHQL):
        answer = await post(client, body, accept=accept)
        assert (answer.status_code, codes(answer.json())) == (400, ["BAD_REQUEST"])


async def test_a_batch_is_refused_in_words(client: httpx.AsyncClient, calls: Calls) -> None:
    answer = await post(client, [{"query": "mutation{change}"}, {"query": "mutation{change}"}])
    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {
            "message": "Batches are not supported: send one operation a request.",
            "extensions": {"code": "BAD_REQUEST"},
        }
    ]
    assert calls == []


async def test_a_body_that_is_too_large_is_refused(client: httpx.AsyncClient, calls: Calls) -> None:
    body = json.dumps({"query": "mutation{change}", "variables": {"x": "x" * 1_048_576}})
    answer = await post(client, body)
    assert (answer.status_code, codes(answer.json())) == (413, ["BODY_TOO_LARGE"])
    assert calls == []


async def test_a_body_that_says_it_is_too_large_is_not_even_read(app: FastAPI) -> None:
    sent: list[Any] = []

    async def receive() -> Any:
        raise AssertionError("the body was read")

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"content-type", b"application/json"), (b"content-length", b"1048577")]
    scope = {"type": "http", "method": "POST", "path": "/graphql", "headers": headers, "client": None}
    await app.faces["/graphql"]["http"](scope, receive, send)  # type: ignore[attr-defined]
    assert sent[0]["status"] == 413


async def test_a_body_that_does_not_say_its_length_is_cut_off_too(client: httpx.AsyncClient) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(100):
            sent += 65_536
            yield b" " * 65_536

    answer = await client.post("/graphql", content=endless(), headers={"content-type": JSON})
    assert (answer.status_code, codes(answer.json())) == (413, ["BODY_TOO_LARGE"])
    assert sent <= 1_048_576 + 2 * 65_536


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
async def test_other_methods_are_refused(client: httpx.AsyncClient, method: str) -> None:
    answer = await client.request(method, "/graphql")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")


async def test_a_query_may_come_by_get(client: httpx.AsyncClient) -> None:
    variables = json.dumps({"n": [1, 2]})
    given = {"query": "query($n:[Int!]!){count(numbers:$n)}", "variables": variables}
    answer = await client.get("/graphql", params=given, headers={"accept": GRAPHQL})
    assert (answer.status_code, answer.json()) == (200, {"data": {"count": 2}})


@pytest.mark.parametrize("query", ["mutation{change}", "subscription{ticks}"])
async def test_only_queries_come_by_get(client: httpx.AsyncClient, calls: Calls, query: str) -> None:
    answer = await client.get("/graphql", params={"query": query}, headers={"accept": GRAPHQL})
    assert (answer.status_code, answer.headers["allow"], codes(answer.json())) == (405, "POST", ["METHOD_NOT_ALLOWED"])
    assert calls == []


@pytest.mark.parametrize("sign", ["sec-fetch-site", "origin", "referer", "cookie"])
async def test_a_get_that_a_foreign_page_could_have_made_is_refused(client: httpx.AsyncClient, sign: str) -> None:
    answer = await client.get("/graphql", params={"query": "{hello}"}, headers={sign: "cross-site"})
    assert (answer.status_code, codes(answer.json())) == (400, ["CSRF_PREVENTED"])


@pytest.mark.parametrize(
    "header", [{"accept": GRAPHQL}, {"content-type": JSON}, {"apollo-require-preflight": "1"}, bearer(seconds=86_400)]
)
async def test_a_page_that_was_allowed_to_may_get(client: httpx.AsyncClient, header: dict[str, str]) -> None:
    answer = await client.get("/graphql", params={"query": "{hello}"}, headers={"origin": "http://x", **header})
    assert answer.json() == {"data": {"hello": "world"}}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{nope}", "GRAPHQL_VALIDATION_FAILED"),
        ("{hello(x: 1)}", "GRAPHQL_VALIDATION_FAILED"),
        ('{count(numbers: ["x"])}', "GRAPHQL_VALIDATION_FAILED"),
        ("query A{hello} query B{hello}", "OPERATION_RESOLUTION_FAILURE"),
        ("query($n:[Int!]!){count(numbers:$n)}", "INVALID_INPUT"),
        ("fragment F on Query {hello}", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription{ticks}", "SUBSCRIPTIONS_OVER_WEBSOCKET_ONLY"),
    ],
)
async def test_each_client_gets_the_status_it_knows(client: httpx.AsyncClient, query: str, code: str) -> None:
    older = await post(client, {"query": query}, accept=JSON)
    newer = await post(client, {"query": query}, accept=GRAPHQL)
    assert (older.status_code, newer.status_code) == (200, 400)
    for answer in (older, newer):
        assert set(codes(answer.json())) == {code}
        assert "data" not in answer.json()


async def test_an_unknown_operation_is_refused(client: httpx.AsyncClient) -> None:
    answer = await post(client, {"query": "query A{hello}", "operationName": "B"})
    assert codes(answer.json()) == ["OPERATION_RESOLUTION_FAILURE"]


async def test_errors_point_into_the_query(client: httpx.AsyncClient) -> None:
    error = (await ask(client, "{\n  nope\n}"))["errors"][0]
    assert error["locations"] == [{"line": 2, "column": 3}]


async def test_what_failed_leaves_the_rest_of_the_answer(client: httpx.AsyncClient) -> None:
    answer = await post(client, {"query": "{hello missing}"}, accept=GRAPHQL)
    assert answer.status_code == 200
    assert answer.json() == {
        "data": {"hello": "world", "missing": None},
        "errors": [
            {
                "message": "There is no such place.",
                "extensions": {"code": "NOT_FOUND"},
                "locations": [{"line": 1, "column": 8}],
                "path": ["missing"],
            }
        ],
    }


async def test_a_schema_can_not_be_read_or_guessed_in_production(client: httpx.AsyncClient) -> None:
    assert set(codes(await ask(client, "{__schema{types{name}}}"))) == {"GRAPHQL_VALIDATION_FAILED"}
    assert set(codes(await ask(client, '{__type(name:"Query"){name}}'))) == {"GRAPHQL_VALIDATION_FAILED"}
    assert (await ask(client, "{helo}"))["errors"][0]["message"] == "Cannot query field 'helo' on type 'Query'."
    page = await client.get("/graphql", headers={"accept": "text/html"})
    assert page.status_code == 406


async def test_locally_one_can_look_around() -> None:
    async with running(service(environment="local")) as client:
        names = {each["name"] for each in (await ask(client, "{__schema{types{name}}}"))["data"]["__schema"]["types"]}
        assert {"Place", "Query", "Money"} <= names
        page = await client.get("/graphql", headers={"accept": "text/html"})
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert "graphiql" in page.text.lower()


async def test_a_token_says_who_asks(client: httpx.AsyncClient) -> None:
    assert await ask(client, "{me}", **bearer()) == {"data": {"me": str(USER)}}
    assert await ask(client, "{me}") == {"data": {"me": None}}


@pytest.mark.parametrize("name", ["x-user-id", "x-user", "x-principal", "x-auth-request-user", "x-role", "forwarded"])
async def test_no_other_header_says_who_asks(client: httpx.AsyncClient, name: str) -> None:
    assert await ask(client, "{me}", **{name: str(USER)}) == {"data": {"me": None}}
    assert codes(await ask(client, "{vault}", **{name: "ADMIN", "x-user-role": "ADMIN"})) == ["UNAUTHENTICATED"]


@pytest.mark.parametrize(
    "authorization",
    [
        "Bearer nonsense",
        "Basic dXNlcjpwYXNz",
        "Bearer ",
        "Bearer",
        f"Bearer {signed(claims(seconds=-1))}",
        f"Bearer {signed(claims(aud='elsewhere'))}",
    ],
)
async def test_a_bad_token_is_refused_and_nothing_runs(
    client: httpx.AsyncClient, calls: Calls, authorization: str
) -> None:
    body = {"query": "mutation{change}"}
    older = await post(client, body, authorization=authorization)
    newer = await post(client, body, authorization=authorization, accept=GRAPHQL)
    assert (older.status_code, newer.status_code) == (200, 401)
    assert codes(older.json()) == codes(newer.json()) == ["UNAUTHENTICATED"]
    assert "data" not in older.json()
    assert calls == []


async def test_extensions_of_the_request_do_no_harm(client: httpx.AsyncClient) -> None:
    persisted = {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}
    assert (await post(client, {"query": "{hello}", "extensions": persisted})).json() == {"data": {"hello": "world"}}


async def test_an_answer_that_takes_too_long_is_given_up_and_its_work_stopped(app: FastAPI, calls: Calls) -> None:
    face: GraphQLHTTP = app.faces["/graphql"]["http"]  # type: ignore[attr-defined]
    impatient = GraphQLHTTP(face.graph, face.admit, face="public", deadline=0.05)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(impatient), base_url="http://test") as client:
        body = await ask(client, "{slow}")
    assert codes(body) == ["UNAVAILABLE"]
    assert body["errors"][0]["extensions"]["retryAfter"] == 1
    assert calls == ["slow was cancelled"]


async def test_a_client_that_leaves_before_its_request_is_complete_gets_nothing(app: FastAPI, calls: Calls) -> None:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"content-type", b"application/json"), (b"content-length", b"30")]
    scope = {"type": "http", "method": "POST", "path": "/graphql", "headers": headers, "client": None}
    await app.faces["/graphql"]["http"](scope, receive, send)  # type: ignore[attr-defined]
    assert (sent, calls) == ([], [])


async def test_many_callers_at_once_get_their_own_answers(client: httpx.AsyncClient) -> None:
    query = "query($n:[Int!]!){me count(numbers:$n)}"

    async def one(number: int) -> None:
        headers = bearer(sub=f"01890000-0000-7000-8000-{number:012d}") if number % 2 else {}
        body = await ask(client, query, {"n": [0] * number}, **headers)
        me = f"01890000-0000-7000-8000-{number:012d}" if number % 2 else None
        assert body == {"data": {"me": me, "count": number}}

    await asyncio.gather(*(one(number) for number in range(200)))


async def test_both_faces_are_told_apart_by_their_path(client: httpx.AsyncClient) -> None:
    answer = await client.post("/admin/graphql", json={"query": "{desk}"}, headers=bearer(Role.HOST))
    assert answer.json() == {"data": {"desk": "yours"}}
    assert (await client.post("/graphql/", json={"query": "{hello}"})).status_code == 404


async def test_a_token_of_a_foreign_key_is_refused(client: httpx.AsyncClient) -> None:
    foreign = Ed25519PrivateKey.generate()
    assert codes(await ask(client, "{me}", authorization=f"Bearer {signed(claims(), foreign)}")) == ["UNAUTHENTICATED"]
