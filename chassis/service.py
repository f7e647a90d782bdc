"""An API process: the graph's faces and plain routes over one set of resources, from start to stop."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeVar

import uvicorn
from fastapi import APIRouter, FastAPI
from strawberry.http.ides import get_graphql_ide_html
from structlog.contextvars import bind_contextvars

from chassis import probes, telemetry
from chassis.auth import TokenVerifier
from chassis.context import Context
from chassis.execution import Graph
from chassis.federation import Schema
from chassis.garbage import spare_what_stays
from chassis.graphql_http import GraphQLHTTP
from chassis.graphql_ws import GraphQLWebSocket
from chassis.http_body import Receive, Scope, Send
from chassis.http_errors import refuse_as_the_graph_does
from chassis.jwks import RemoteKeys
from chassis.limits import Limits
from chassis.observing import Observed
from chassis.resources import Resources
from chassis.revocations import PolledRevocations, RemoteList
from chassis.settings import ServiceSettings
from chassis.sockets import SocketLimits

Settings = TypeVar("Settings", bound=ServiceSettings)

_STOP_WITHIN = 20
_LARGEST_MESSAGE = SocketLimits().message_bytes


class Service(FastAPI):
    """FastAPI answers the plain routes. The graph's faces are found first: its routing would cost most of a request."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.faces: dict[str, dict[str, Any]] = {}
        self._observed = Observed(self._dispatch)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._observed(scope, receive, send)

    async def _dispatch(self, scope: Scope, receive: Receive, send: Send) -> None:
        face = self.faces.get(scope.get("path", ""), {}).get(scope["type"])
        if face is None:
            await super().__call__(scope, receive, send)
        else:
            await face(scope, receive, send)


def create_service(
    settings: Settings,
    *,
    schemas: Mapping[str, Schema],
    resources: Callable[[Settings], Awaitable[Resources]],
    routers: Sequence[APIRouter] = (),
    limits: Limits | None = None,
) -> FastAPI:
    """The service with its schemas on their paths. Nothing is opened before it starts.

    `resources(settings)` opens what resolvers and routes need; they find it, and the settings beside it, in the
    context and in `request.app.state.resources`. A TokenVerifier among them is used; without one, JWKS_URL is where
    keys come from, and REVOCATIONS_URL what was taken back, unless there are PolledRevocations among them.
    """
    local = settings.environment == "local"
    app = Service(
        title=settings.service,
        lifespan=_lifespan(settings, resources),
        openapi_url="/openapi.json" if local else None,
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings = settings
    refuse_as_the_graph_does(app)
    for router in (probes.router(), *routers):
        app.include_router(router)
    for path, schema in schemas.items():
        app.faces[path] = _face(app, settings, path, Graph(schema, limits, introspection=local))
    return app


def serve(app: FastAPI, settings: ServiceSettings) -> None:
    """Answer until SIGTERM or SIGINT; what is being answered then is finished first."""
    telemetry.configure(settings)
    spare_what_stays()
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        ws_max_size=_LARGEST_MESSAGE,
        ws_per_message_deflate=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=_STOP_WITHIN,
        forwarded_allow_ips=settings.trusted_proxies,
    )


def _lifespan(
    settings: Settings, factory: Callable[[Settings], Awaitable[Resources]]
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        resources = app.state.resources = await factory(settings)
        try:
            if type(settings) not in resources:
                resources.add(type(settings), settings)
            if TokenVerifier not in resources:
                resources.add(TokenVerifier, _verifier(settings, resources))
            yield
        finally:
            await resources.close()

    return lifespan


def _verifier(settings: ServiceSettings, resources: Resources) -> TokenVerifier:
    keys = resources.add(RemoteKeys, RemoteKeys(settings.jwks_url))
    if PolledRevocations not in resources:
        remote = resources.add(RemoteList, RemoteList(settings.revocations_url))
        resources.add(PolledRevocations, PolledRevocations(remote))
    revocations = resources[PolledRevocations]
    revocations.start()
    return TokenVerifier(keys, revocations, issuer=settings.token_issuer, audience=settings.token_audience)


def _face(app: FastAPI, settings: ServiceSettings, path: str, graph: Graph) -> dict[str, Any]:
    name = "admin" if path.startswith("/admin") else "public"
    page = get_graphql_ide_html().encode() if settings.environment == "local" else None

    async def admit(authorization: str | None, address: str | None) -> Context:
        resources: Resources = app.state.resources
        principal = await resources[TokenVerifier].principal(authorization)
        bind_contextvars(principal_id=str(principal.user_id) if principal.user_id else None)
        return Context(settings, resources, principal, address)

    return {
        "http": GraphQLHTTP(graph, admit, face=name, page=page),
        "websocket": GraphQLWebSocket(graph, admit, face=name),
    }
