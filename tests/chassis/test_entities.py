"""References to entities: each is answered by itself, whatever is sent beside it."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from chassis.principal import Role
from tests.chassis.sample import Calls, ask, codes, running, service
from tests.chassis.tokens import bearer

QUERY = "query($r:[_Any!]!){_entities(representations:$r){__typename ...on Place{id name secret}}}"


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return service()


@pytest.fixture(scope="module")
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with running(app) as started:
        yield started


async def test_entities_come_in_the_order_of_their_references(client: httpx.AsyncClient) -> None:
    references = [{"__typename": "Place", "id": number} for number in ("2", "none", "1")]
    body = await ask(client, QUERY, {"r": references}, **bearer(Role.ADMIN))
    assert body == {
        "data": {
            "_entities": [
                {"__typename": "Place", "id": "2", "name": "Place 2", "secret": "behind the clock"},
                None,
                {"__typename": "Place", "id": "1", "name": "Place 1", "secret": "behind the clock"},
            ]
        }
    }


async def test_roles_hold_for_entities_too(client: httpx.AsyncClient) -> None:
    body = await ask(client, QUERY, {"r": [{"__typename": "Place", "id": "1"}]}, **bearer(Role.HOST))
    assert body["data"]["_entities"][0]["secret"] is None
    assert codes(body) == ["FORBIDDEN"]


@pytest.mark.parametrize(
    ("reference", "field", "code"),
    [
        ({"__typename": "Nothing", "id": "1"}, "representations.1.__typename", "UNKNOWN_ENTITY"),
        ({"__typename": "Query"}, "representations.1.__typename", "UNKNOWN_ENTITY"),
        ({"__typename": ["Place"], "id": "1"}, "representations.1.__typename", "UNKNOWN_ENTITY"),
        ({"id": "1"}, "representations.1.__typename", "UNKNOWN_ENTITY"),
        ({"__typename": "Place"}, "representations.1", "KEY_MISSING"),
        ({"__typename": "Place", "name": "1"}, "representations.1", "KEY_MISSING"),
        ({"__typename": "Place", "id": ["1"]}, "representations.1.id", "NOT_AN_ID"),
        ({"__typename": "Place", "id": None}, "representations.1.id", "NOT_AN_ID"),
        ({"__typename": "Place", "id": True}, "representations.1.id", "NOT_AN_ID"),
        ("Place", "representations.1", "NOT_AN_OBJECT"),
        (7, "representations.1", "NOT_AN_OBJECT"),
    ],
)
async def test_a_bad_reference_spoils_no_other(
    client: httpx.AsyncClient, reference: Any, field: str, code: str
) -> None:
    good = {"__typename": "Place", "id": "1"}
    body = await ask(client, QUERY, {"r": [good, reference, good]}, **bearer(Role.ADMIN))
    assert [each and each["id"] for each in body["data"]["_entities"]] == ["1", None, "1"]
    (error,) = body["errors"]
    assert error["path"] == ["_entities", 1]
    assert error["extensions"] == {"code": "INVALID_INPUT", "fields": [{"field": field, "code": code}]}


async def test_a_failure_of_one_entity_is_masked_and_spoils_no_other(client: httpx.AsyncClient) -> None:
    references = [{"__typename": "Place", "id": number} for number in ("broken", "1")]
    with capture_logs():
        body = await ask(client, QUERY, {"r": references}, **bearer(Role.ADMIN))
    assert [each and each["id"] for each in body["data"]["_entities"]] == [None, "1"]
    assert codes(body) == ["INTERNAL"]
    assert "swordfish" not in str(body)


async def test_an_id_may_be_a_number_as_ids_may(client: httpx.AsyncClient, app: FastAPI) -> None:
    app.state.resources[Calls].clear()
    await ask(client, QUERY, {"r": [{"__typename": "Place", "id": 7, "unknown": {"x": 1}}]}, **bearer(Role.ADMIN))
    assert app.state.resources[Calls] == [("place", "7")]


async def test_a_stub_of_somebody_elses_entity_is_what_it_was_named_by(client: httpx.AsyncClient) -> None:
    query = "query($r:[_Any!]!){_entities(representations:$r){...on User{id}}}"
    assert await ask(client, query, {"r": [{"__typename": "User", "id": "9"}]}) == {
        "data": {"_entities": [{"id": "9"}]}
    }
