"""The small subgraphs over real HTTP and WebSocket, and the supergraphs they compose to."""

import asyncio
import socket
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any, Literal

import uvicorn
import yaml

from chassis.federation import Schema, print_schema
from chassis.resources import Resources
from chassis.service import create_service
from chassis.settings import ServiceSettings
from chassis.testing_tokens import TokenIssuer
from stack.layout import ROOT
from stack.node import node
from stack.ports import LOOPBACK

from . import bookings, coupons, payments, people
from .hearing import Hearing

PATHS = {"public": "/graphql", "admin": "/admin/graphql"}
SCHEMAS: Mapping[str, Mapping[str, Schema]] = {
    "account": {"public": people.public, "admin": people.admin},
    "booking": {"public": bookings.public},
    "loyalty": {"public": coupons.public},
    "payment": {"public": payments.public},
}
STARTED = ("account", "booking", "loyalty")
# Held, so that no server of the run is given that port: bound and not listening, it refuses who connects.
_HELD = socket.socket()
_HELD.bind((LOOPBACK, 0))
NOWHERE = f"http://{LOOPBACK}:{_HELD.getsockname()[1]}"
"""Where nobody listens."""


class Settings(ServiceSettings):
    service = "small"


def application(name: str, tokens: TokenIssuer) -> Any:
    """The chassis's own service around the small schema; it keeps nothing, so no server stands behind it."""
    nowhere = {"database_url": "postgresql://nowhere", "redis_url": "redis://nowhere", "kafka_bootstrap": "nowhere"}
    settings = Settings(**nowhere, jwks_url=tokens.jwks_url, revocations_url=tokens.revocations_url)  # type: ignore[arg-type]
    schemas = {PATHS[face]: schema for face, schema in SCHEMAS[name].items()}
    return Hearing(create_service(settings, schemas=schemas, resources=_no_resources))


async def _no_resources(_: ServiceSettings) -> Resources:
    return Resources()


@asynccontextmanager
async def serving(app: Any, lifespan: Literal["on", "off"] = "on") -> AsyncIterator[str]:
    """The application on a port of its own, in this loop; yields its base address."""
    with socket.create_server((LOOPBACK, 0), backlog=1024) as listener:
        config = uvicorn.Config(
            app, log_config=None, lifespan=lifespan, ws_per_message_deflate=False, timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        server.capture_signals = nullcontext  # type: ignore[method-assign,assignment]  # pytest's are its own
        running = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield f"http://{LOOPBACK}:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running


def compose(folder: Path, face: str) -> Path:
    """Print the face's schemas into the folder and compose them, as `make schema` does with the real ones."""
    listed = {}
    for name, schemas in SCHEMAS.items():
        if face in schemas:
            (folder / f"{name}.{face}.graphql").write_text(print_schema(schemas[face]))
            # Every gateway is told where the subgraphs are.
            listed[name] = {"routing_url": NOWHERE + PATHS[face], "schema": {"file": f"{name}.{face}.graphql"}}
    (folder / f"{face}.yaml").write_text(yaml.safe_dump({"subgraphs": listed}))
    supergraph = folder / f"supergraph.{face}.graphql"
    command = [node(), str(ROOT / "router" / "compose.mjs"), str(folder / f"{face}.yaml"), str(supergraph)]
    subprocess.run(command, check=True, capture_output=True)
    return supergraph
