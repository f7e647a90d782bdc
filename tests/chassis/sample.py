"""A small service that the tests of the graph's plumbing ask: refusals, pages, roles, loaders, ticks."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, ClassVar

import httpx
import strawberry
from fastapi import APIRouter, FastAPI
from graphql import GraphQLError
from pydantic import SecretStr

from chassis.auth import TokenVerifier
from chassis.context import Context, Info
from chassis.errors import FieldError, InvalidInput, NotFound
from chassis.federation import build_schema
from chassis.pagination import Page, ensure_page_size
from chassis.principal import Role
from chassis.resources import Resources
from chassis.roles import requires_role
from chassis.service import create_service
from chassis.settings import ServiceSettings
from chassis.types import Connection, Money, wants_total
from tests.chassis.tokens import verifier


class Settings(ServiceSettings):
    service: ClassVar[str] = "sample"


class Calls(list[Any]):
    """What resolvers were really asked."""


async def doubled(context: Context, keys: list[int]) -> list[int]:
    context.resources[Calls].append(("doubled", sorted(keys)))
    return [2 * key for key in keys]


@strawberry.federation.type(keys=["id"])
class Place:
    id: strawberry.ID
    name: str
    secret: str | None = strawberry.field(extensions=[requires_role(Role.ADMIN)])

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> "Place | None":  # noqa: A002
        info.context.resources[Calls].append(("place", id))
        if id == "broken":
            raise RuntimeError("the password is swordfish")
        return None if id == "none" else place(id)

    @strawberry.field
    async def neighbours(self, info: Info, first: int = 20) -> Connection["Place"]:
        return page_of_places(first, count=wants_total(info))

    @strawberry.field
    async def double(self, info: Info) -> int:
        return await info.context.loader(doubled).load(int(self.id))


@strawberry.federation.type(keys=[strawberry.federation.schema_directives.Key(fields="id", resolvable=False)])
class User:
    id: strawberry.ID


def place(number: str) -> Place:
    return Place(id=strawberry.ID(number), name=f"Place {number}", secret="behind the clock")


def page_of_places(first: int, *, count: bool) -> Connection[Place]:
    numbers = [str(number) for number in range(1, ensure_page_size(first) + 1)]
    found = Page(numbers, [f"c{number}" for number in numbers], True, False, 1000 if count else None)
    return Connection.of(found, place)


@strawberry.type
class Scalars:
    date: date
    instant: datetime
    time: time
    decimal: Decimal


@strawberry.type
class Query:
    @strawberry.field
    def hello(self) -> str:
        return "world"

    @strawberry.field
    def me(self, info: Info) -> str | None:
        return str(info.context.principal.user_id) if info.context.principal.user_id else None

    @strawberry.field
    def address(self, info: Info) -> str | None:
        return info.context.client_address

    @strawberry.field
    def place(self, id: strawberry.ID) -> Place:  # noqa: A002
        return place(id)

    @strawberry.field
    def places(self, info: Info, first: int = 20) -> Connection[Place]:
        return page_of_places(first, count=wants_total(info))

    @strawberry.field
    def money(self, amount: Decimal) -> Money:
        return Money(amount=amount, currency="KRW")

    @strawberry.field
    def scalars(self, date: date, instant: datetime, time: time, decimal: Decimal) -> Scalars:
        return Scalars(date=date, instant=instant, time=time, decimal=decimal)

    @strawberry.field
    def count(self, numbers: list[int]) -> int:
        return len(numbers)

    @strawberry.field
    def missing(self) -> str | None:
        raise NotFound("There is no such place.")

    @strawberry.field
    def invalid(self) -> str | None:
        raise InvalidInput("That is no name.", [FieldError("input.name", "TOO_LONG")])

    @strawberry.field
    async def broken(self) -> str | None:
        raise RuntimeError("the password is swordfish")

    @strawberry.field
    async def away(self) -> str | None:
        raise ConnectionRefusedError("10.0.0.7 refused")

    @strawberry.field
    def naive(self) -> datetime | None:
        return datetime(2026, 5, 1)  # noqa: DTZ001

    @strawberry.field
    def graphql_error(self) -> str | None:
        raise GraphQLError("the password is swordfish", extensions={"code": "MINE"})

    @strawberry.field
    async def slow(self, info: Info) -> str:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            info.context.resources[Calls].append("slow was cancelled")
            raise
        return "never"

    @strawberry.field(extensions=[requires_role(Role.HOST, Role.ADMIN)])
    def desk(self, info: Info) -> str:
        info.context.resources[Calls].append("desk")
        return "yours"

    @strawberry.field(extensions=[requires_role(Role.ADMIN)])
    async def vault(self, info: Info) -> str | None:
        info.context.resources[Calls].append("vault")
        return "gold"


@strawberry.type
class Mutation:
    @strawberry.mutation
    def change(self, info: Info) -> str:
        info.context.resources[Calls].append("change")
        return "changed"


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def ticks(self, info: Info, upto: int = 3) -> AsyncGenerator[int, None]:
        try:
            for number in range(1, upto + 1):
                yield number
                await asyncio.sleep(0)
        finally:
            info.context.resources[Calls].append("ticks ended")

    @strawberry.subscription
    async def forever(self, info: Info) -> AsyncGenerator[int, None]:
        try:
            yield 1
            await asyncio.Event().wait()
        finally:
            info.context.resources[Calls].append("forever ended")

    @strawberry.subscription
    async def breaking(self) -> AsyncGenerator[int, None]:
        yield 1
        raise RuntimeError("the password is swordfish")

    @strawberry.subscription
    async def nothing(self) -> AsyncGenerator[int, None]:
        raise NotFound("There is nothing to follow.")
        yield 1

    @strawberry.subscription
    async def same_place(self, times: int = 2) -> AsyncGenerator[Place, None]:
        for _ in range(times):
            yield place("7")

    @strawberry.subscription(extensions=[requires_role(Role.ADMIN)])
    async def alarms(self, info: Info) -> AsyncGenerator[str, None]:
        info.context.resources[Calls].append("alarms")
        yield "fire"


schema = build_schema(query=[Query], mutation=[Mutation], subscription=[Subscription], types=[Place, User])


def settings(**given: Any) -> Settings:
    urls = {"database_url": SecretStr("postgresql://nowhere"), "redis_url": SecretStr("redis://nowhere")}
    return Settings(**{**urls, "kafka_bootstrap": "nowhere", "environment": "production", **given})


def service(*, routers: tuple[APIRouter, ...] = (), add: Any = None, **given: Any) -> FastAPI:
    """The sample's service: it needs no server, believes the tokens of tests.chassis.tokens, and notes its calls."""

    async def resources(_settings: Settings) -> Resources:
        opened = Resources()
        opened.add(Calls, Calls())
        opened.add(TokenVerifier, verifier())
        for each in add or ():
            opened.add(type(each), each)
        return opened

    return create_service(
        settings(**given), schemas={"/graphql": schema, "/admin/graphql": schema}, resources=resources, routers=routers
    )


@asynccontextmanager
async def running(app: FastAPI, **transport: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the started service, in this process."""
    asgi = httpx.ASGITransport(app, **transport)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=asgi, base_url="http://test") as client:
        yield client


async def ask(client: httpx.AsyncClient, query: str, variables: Any = None, **headers: str) -> dict[str, Any]:
    """The body of the answer to a POST."""
    answer = await client.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
    body: dict[str, Any] = answer.json()
    return body


def codes(body: dict[str, Any]) -> list[str]:
    return [error["extensions"]["code"] for error in body.get("errors", [])]
