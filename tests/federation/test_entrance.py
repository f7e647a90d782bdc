"""The one address of everything: what else goes through it, to whom, and whether all of it is ready."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import httpx
import pytest

from stack.layout import SUBGRAPHS

from .gateways import entrance
from .serving import NOWHERE, serving

SERVED_BY = {
    "/webhooks/portone": "payment",
    "/checkout/0190f5a0-0000-7000-8000-000000000001?from=mail": "payment",
    "/photos/1/large.webp": "accommodation",
    "/uploads/1?signature=2": "accommodation",
    "/.well-known/jwks.json": "account",
    "/account/verify-email": "account",
}


class Echo:
    """A subgraph that says who it is and what it was sent; it is ready when it is told to be."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.ready = True

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        status = 200 if self.ready or scope["path"] != "/readyz" else 503
        await send(
            {"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]}
        )
        await send({"type": "http.response.body", "body": json.dumps(self._told(scope, body)).encode()})

    def _told(self, scope: Any, body: bytes) -> dict[str, Any]:
        query = f"?{scope['query_string'].decode()}" if scope["query_string"] else ""
        return {
            "name": self.name,
            "path": scope["raw_path"].decode() + query,
            "method": scope["method"],
            "body": body.decode(),
            "headers": {name.decode(): value.decode() for name, value in scope["headers"]},
        }


@dataclass
class Front:
    url: str
    http: httpx.AsyncClient
    subgraphs: dict[str, Echo]


@pytest.fixture(scope="module")
async def echoing() -> AsyncIterator[tuple[dict[str, Echo], dict[str, str]]]:
    echoes = {name: Echo(name) for name in SUBGRAPHS}
    servers = [serving(echo, lifespan="off") for echo in echoes.values()]
    urls = [await server.__aenter__() for server in servers]
    yield echoes, {f"{name.upper()}_URL": url for name, url in zip(echoes, urls, strict=True)}
    for server in servers:
        await server.__aexit__(None, None, None)


@pytest.fixture(scope="module")
async def front(
    echoing: tuple[dict[str, Echo], dict[str, str]],
    surroundings: dict[str, str],
    folder: Path,
    http: httpx.AsyncClient,
) -> AsyncIterator[Front]:
    echoes, urls = echoing
    async with entrance(folder / "front", {**surroundings, **urls}) as url:
        yield Front(url, http, echoes)


@pytest.mark.parametrize(("path", "name"), SERVED_BY.items())
async def test_what_is_not_graphql_goes_to_the_subgraph_that_serves_it(front: Front, path: str, name: str) -> None:
    told = (await front.http.get(front.url + path)).json()
    assert (told["name"], told["path"], told["method"]) == (name, path, "GET")


async def test_a_webhook_arrives_byte_by_byte_as_it_was_signed(front: Front) -> None:
    body = '{ "type":"Transaction.Paid",  "note":"한국어 \\u0041" }\n'
    headers = {"webhook-id": "1", "webhook-signature": "v1,abc", "content-type": "application/json"}
    told = (await front.http.post(f"{front.url}/webhooks/portone", content=body.encode(), headers=headers)).json()
    assert (told["name"], told["method"], told["body"]) == ("payment", "POST", body)
    assert {name: told["headers"][name] for name in headers} == headers


async def test_an_upload_of_unknown_length_is_streamed_through(front: Front) -> None:
    async def photo() -> AsyncIterator[bytes]:
        for _ in range(50):
            yield b"x" * 100_000
            await asyncio.sleep(0)

    told = (await front.http.put(f"{front.url}/uploads/1", content=photo())).json()
    assert (told["name"], told["method"], len(told["body"])) == ("accommodation", "PUT", 5_000_000)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/metrics",
        "/graphql/",
        "/admin",
        "/webhooksportone",
        "/.well-known/jwks.json/../../metrics",
        "/internal/revocations",
        "/openapi.json",
        "/nothing",
    ],
)
async def test_nothing_else_of_the_subgraphs_can_be_reached(front: Front, path: str) -> None:
    status, body = await asyncio.to_thread(get_literally, front.url, path)
    assert (status, body["errors"][0]["extensions"]["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize("path", ["/photos/../metrics", "/photos/%2e%2e/admin/graphql", "/checkout//..//metrics"])
async def test_a_path_is_passed_on_letter_by_letter(front: Front, path: str) -> None:
    _, told = await asyncio.to_thread(get_literally, front.url, path)
    assert told["path"] == path


def get_literally(url: str, path: str) -> tuple[int, Any]:
    """GET without making the path pretty first, as clients do who mean well."""
    connection = HTTPConnection(url.removeprefix("http://"), timeout=20)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, json.load(response)
    finally:
        connection.close()


async def test_subgraphs_are_told_where_a_client_is_and_not_where_it_says_to_be(front: Front) -> None:
    forged = {"X-Forwarded-For": "203.0.113.9"}
    told = (await front.http.get(f"{front.url}/checkout/1", headers=forged)).json()
    assert told["headers"]["x-forwarded-for"] == "127.0.0.1"


async def test_behind_a_proxy_that_is_trusted_its_word_counts(
    echoing: tuple[dict[str, Echo], dict[str, str]],
    surroundings: dict[str, str],
    folder: Path,
    http: httpx.AsyncClient,
) -> None:
    told = {**surroundings, **echoing[1], "BEHIND_PROXY": "1"}
    async with entrance(folder / "proxied", told) as url:
        answer = (await http.get(f"{url}/checkout/1", headers={"X-Forwarded-For": "203.0.113.9"})).json()
    assert answer["headers"]["x-forwarded-for"] == "203.0.113.9, 127.0.0.1"


async def test_it_is_alive_whoever_else_is(front: Front) -> None:
    answer = await front.http.get(f"{front.url}/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


async def readiness(http: httpx.AsyncClient, url: str) -> httpx.Response:
    """Asked again where somebody did not answer in two seconds: that says nothing on a machine that stalls."""
    while "due to timeout" in (answer := await http.get(f"{url}/readyz")).text:
        pass
    return answer


async def test_it_is_ready_when_every_subgraph_is(front: Front) -> None:
    ready = await readiness(front.http, front.url)
    assert (ready.status_code, ready.json()) == (200, {"status": "ready"})
    front.subgraphs["booking"].ready = False
    not_ready = await readiness(front.http, front.url)
    front.subgraphs["booking"].ready = True
    assert not_ready.status_code == 503
    assert not_ready.json() == {"status": "not ready", "missing": {"booking": "answers 503"}}


async def test_who_is_away_is_named(surroundings: dict[str, str], folder: Path, http: httpx.AsyncClient) -> None:
    async with entrance(folder / "alone", surroundings) as url:
        missing = (await readiness(http, url)).json()["missing"]
        away = await http.get(f"{url}/checkout/1")
    assert missing == {"payment": "ECONNREFUSED", "accommodation": "ECONNREFUSED"}
    assert (away.status_code, away.headers["retry-after"]) == (503, "1")
    assert away.json()["errors"][0]["extensions"] == {"code": "UNAVAILABLE", "retryAfter": 1}


async def test_routers_that_are_away_are_named_too(
    echoing: tuple[dict[str, Echo], dict[str, str]],
    surroundings: dict[str, str],
    folder: Path,
    http: httpx.AsyncClient,
) -> None:
    nowhere = {"APOLLO_URL": NOWHERE, "HIVE_ADMIN_URL": NOWHERE}
    async with entrance(folder / "routerless", {**surroundings, **echoing[1], **nowhere}) as url:
        missing = (await readiness(http, url)).json()["missing"]
        answer = await http.post(f"{url}/graphql", json={"query": "{ heard }"})
    assert missing == {"apollo router (public)": "ECONNREFUSED", "hive router (admin)": "ECONNREFUSED"}
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (503, "UNAVAILABLE")


async def test_no_token_is_ever_in_the_log(
    surroundings: dict[str, str], folder: Path, http: httpx.AsyncClient, token: str
) -> None:
    own = folder / "talkative"
    async with entrance(own, surroundings) as url:
        for query in ("{ payment { id } }", '{ refused(how: "unexpected") }', "{ nothing }"):
            body = {"query": query, "variables": {"token": token}}
            await http.post(f"{url}/graphql", json=body, headers={"Authorization": f"Bearer {token}"})
        await http.get(f"{url}/checkout/1?token={token}", headers={"Authorization": f"Bearer {token}"})
    lines = [json.loads(line) for line in (own / "entrance.log").read_text().splitlines()]
    assert {line["event"] for line in lines} >= {"listening", "subgraph_unavailable", "upstream_unavailable", "stopped"}
    assert token not in json.dumps(lines)


@pytest.mark.parametrize(
    ("name", "value"),
    [("MAX_DEPTH", "deep"), ("GRAPHIQL", "perhaps"), ("BOOKING_URL", "booking:4103"), ("SUPERGRAPH", "/no")],
)
async def test_a_setting_that_makes_no_sense_stops_it_with_one_clear_line(
    surroundings: dict[str, str], folder: Path, name: str, value: str
) -> None:
    own = folder / f"wrong-{name}"
    with pytest.raises(AssertionError):
        async with entrance(own, {**surroundings, name: value}):
            pass
    [line] = (own / "entrance.log").read_text().splitlines()
    assert json.loads(line)["level"] == "error"
    assert value in json.loads(line)["reason"]
