"""One object says in the schema who may use a field, and sees to it."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from chassis.federation import print_schema
from chassis.principal import Role
from chassis.roles import requires_role
from tests.chassis.sample import Calls, ask, codes, running, schema, service
from tests.chassis.tokens import bearer


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


def test_the_schema_says_it_as_the_contract_does() -> None:
    printed = print_schema(schema)
    assert 'desk: String! @requiresRole(anyOf: ["HOST", "ADMIN"])' in printed
    assert 'secret: String @requiresRole(anyOf: ["ADMIN"])' in printed
    assert 'alarms: String! @requiresRole(anyOf: ["ADMIN"])' in printed
    assert "directive @requiresRole(anyOf: [String!]!) on FIELD_DEFINITION" in printed
    assert '@link(url: "https://overthere.example/directives/v1.0", import: ["@requiresRole"])' in printed
    assert '@composeDirective(name: "@requiresRole")' in printed


@pytest.mark.parametrize(
    ("role", "desk", "vault"),
    [
        (None, "UNAUTHENTICATED", "UNAUTHENTICATED"),
        (Role.GUEST, "FORBIDDEN", "FORBIDDEN"),
        (Role.HOST, None, "FORBIDDEN"),
        (Role.ADMIN, None, None),
    ],
)
async def test_only_the_named_roles_get_through(
    client: httpx.AsyncClient, calls: Calls, role: Role | None, desk: str | None, vault: str | None
) -> None:
    headers = bearer(role) if role else {}
    assert codes(await ask(client, "{desk}", **headers)) == ([desk] if desk else [])
    assert codes(await ask(client, "{vault}", **headers)) == ([vault] if vault else [])
    assert calls == [name for name, refused in (("desk", desk), ("vault", vault)) if not refused]


async def test_a_plain_attribute_is_kept_from_who_may_not_see_it(client: httpx.AsyncClient) -> None:
    guest = await ask(client, "{place(id:1){name secret}}", **bearer(Role.GUEST))
    assert guest["data"] == {"place": {"name": "Place 1", "secret": None}}
    assert codes(guest) == ["FORBIDDEN"]
    admin = await ask(client, "{place(id:1){name secret}}", **bearer(Role.ADMIN))
    assert admin == {"data": {"place": {"name": "Place 1", "secret": "behind the clock"}}}


def test_a_field_needs_at_least_one_role() -> None:
    with pytest.raises(ValueError, match="at least one role"):
        requires_role()
