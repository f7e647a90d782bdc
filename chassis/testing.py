"""What the tests of a subgraph stand on: the real service in this process, on real servers, with tokens of its own."""

import importlib
import importlib.util
import itertools
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import event, select, text

from chassis.cache import Cache
from chassis.consumer import Consumer
from chassis.database import Database
from chassis.events import Record
from chassis.ids import uuid7
from chassis.migrations import upgrade
from chassis.resources import Resources
from chassis.roles import Role
from chassis.settings import ServiceSettings
from chassis.testing_sockets import Subscription
from chassis.testing_tokens import TokenIssuer

_run = itertools.count()


@dataclass(frozen=True)
class Servers:
    """Where the real servers are."""

    database_url: str
    redis_url: str
    kafka_bootstrap: str


@dataclass(frozen=True)
class Answer:
    """What the graph answered."""

    data: dict[str, Any]
    errors: Sequence[dict[str, Any]]

    @property
    def codes(self) -> list[str]:
        return [error["extensions"]["code"] for error in self.errors]


@dataclass(frozen=True)
class Published:
    """A message in the outbox."""

    name: str
    key: str
    payload: dict[str, Any]


@dataclass
class SubgraphUnderTest:
    settings: ServiceSettings
    app: Any
    resources: Resources
    tokens: TokenIssuer
    consumer: Consumer | None
    _http: httpx.AsyncClient
    sql: list[str] = field(default_factory=list, repr=False)
    """Every statement the service has sent; clear it, act, and count. The doorbell rings beside them, at any time."""

    @property
    def database(self) -> Database:
        return self.resources[Database]

    @property
    def cache(self) -> Cache:
        return self.resources[Cache]

    async def graphql(
        self,
        document: str,
        variables: dict[str, Any] | None = None,
        *,
        user: UUID | None = None,
        role: Role = Role.GUEST,
        face: str = "public",
        token: str | None = None,
    ) -> Answer:
        """Ask as `user`, or as nobody, or with the very `token`, over HTTP."""
        path = {"public": "/graphql", "admin": "/admin/graphql"}[face]
        response = await self._http.post(
            path, json={"query": document, "variables": variables or {}}, headers=self._headers(user, role, token)
        )
        body = response.json()
        return Answer(body.get("data") or {}, body.get("errors") or [])

    async def get(self, path: str) -> Any:
        """The JSON at a path of the service."""
        return (await self._http.get(path)).raise_for_status().json()

    def subscribe(
        self,
        document: str,
        variables: dict[str, Any] | None = None,
        *,
        user: UUID | None = None,
        role: Role = Role.GUEST,
        face: str = "public",
        token: str | None = None,
    ) -> Subscription:
        """`async with s.subscribe(…) as payloads: data = await anext(payloads)`, over the service's WebSocket."""
        path = {"public": "/graphql", "admin": "/admin/graphql"}[face]
        payload = {"query": document, "variables": variables or {}}
        return Subscription(self.app, path, payload, self._headers(user, role, token))

    async def published(self, name: str | None = None) -> list[Published]:
        """What was said and committed, oldest first."""
        outbox = self.database.table("outbox")
        statement = select(outbox.c.name, outbox.c.key, outbox.c.payload).order_by(outbox.c.sequence)
        if name:
            statement = statement.where(outbox.c.name == name)
        async with self.database.reading() as session:
            return [Published(*row) for row in (await session.execute(statement)).all()]

    async def handle(self, name: str, payload: dict[str, Any], message_id: UUID | None = None) -> bool:
        """Have the service work on a message as if it came from the broker; False when it knew it already."""
        if self.consumer is None:
            raise LookupError(f"{self.settings.service} listens to nothing")
        return await self.consumer.handle(self.database, self.resources, Record.of(name, payload, message_id))

    async def clear(self) -> None:
        """Empty tables and an empty Redis, as each test finds them."""
        tables = ", ".join(f'"{table.name}"' for table in self.database.outbox.metadata.sorted_tables)
        async with self.database.transaction() as session:
            await session.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
        await self.cache.redis.flushdb()

    def note(self, statement: str) -> None:
        if not statement.startswith("NOTIFY"):
            self.sql.append(statement)

    def _headers(self, user: UUID | None, role: Role, token: str | None) -> dict[str, str]:
        if token is None and user is not None:
            token = self.tokens.issue(user, role)
        return {"Authorization": f"Bearer {token}"} if token else {}


@asynccontextmanager
async def subgraph_under_test(
    name: str, servers: Servers, *, tokens: TokenIssuer | None = None, **settings: Any
) -> AsyncIterator[SubgraphUnderTest]:
    """The service `subgraphs.<name>`, migrated into a database of this run, its lifespan entered."""
    package = f"subgraphs.{name}"
    with tokens or TokenIssuer() as issuer:
        configured = _settings(package, servers, issuer, settings)
        await upgrade(package, configured)
        app = importlib.import_module(f"{package}.app").create_app(configured)
        transport = httpx.ASGITransport(app)
        client = httpx.AsyncClient(transport=transport, base_url="http://test")
        async with app.router.lifespan_context(app), client as http:
            under_test = SubgraphUnderTest(configured, app, app.state.resources, issuer, _consumer(package), http)
            engine = under_test.database.engine.sync_engine
            event.listen(engine, "before_cursor_execute", lambda *given: under_test.note(given[2]))
            yield under_test


def _settings(package: str, servers: Servers, tokens: TokenIssuer, given: dict[str, Any]) -> ServiceSettings:
    own = {
        "database_url": servers.database_url,
        "redis_url": servers.redis_url,
        "kafka_bootstrap": servers.kafka_bootstrap,
        "kafka_idempotent_producer": False,
        "kafka_fetch_wait_ms": 20,
        # Apart from whatever else runs on the same servers.
        "database_prefix": f"test_{os.getpid()}_{next(_run)}_",
        "topic_prefix": f"test.{uuid7()}.",
        "jwks_url": tokens.jwks_url,
        "revocations_url": tokens.revocations_url,
        "environment": "local",
    }
    settings: ServiceSettings = importlib.import_module(f"{package}.settings").Settings(**(own | given))
    return settings


def _consumer(package: str) -> Consumer | None:
    if importlib.util.find_spec(f"{package}.consumers") is None:
        return None
    consumer: Consumer = importlib.import_module(f"{package}.consumers").consumer
    return consumer
