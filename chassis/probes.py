"""What machines ask a process: is it alive, is it ready, how is it doing."""

import asyncio
from collections.abc import Mapping
from typing import Protocol, runtime_checkable

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.pool import QueuePool

from chassis import metrics
from chassis.database import Database
from chassis.resources import Resources

logger = structlog.get_logger(__name__)

_PATIENCE = 3.0


@runtime_checkable
class Pingable(Protocol):
    async def ping(self) -> object:
        """Raises when it can't be used now."""


async def readiness(resources: Resources, patience: float = _PATIENCE) -> Mapping[str, str | None]:
    """Why each resource that can be asked is not ready, None for those that are."""
    asked = {kind.__name__: each for kind, each in resources.items() if isinstance(each, Pingable)}
    reasons = await asyncio.gather(*(_reason(each, patience) for each in asked.values()))
    return dict(zip(asked, reasons, strict=True))


async def _reason(resource: Pingable, patience: float) -> str | None:
    try:
        async with asyncio.timeout(patience):
            await resource.ping()
    except TimeoutError:
        return "no answer in time"
    except Exception as error:  # noqa: BLE001 - whatever it is, the resource is not usable
        logger.warning("not_ready", resource=type(resource).__name__, reason=str(error))
        return type(error).__name__
    return None


def _measure_pool(resources: Resources) -> None:
    """What a pool is at counts at the moment of asking."""
    pool = resources[Database].engine.pool if Database in resources else None
    if isinstance(pool, QueuePool):
        metrics.POOL.labels("in use").set(pool.checkedout())
        metrics.POOL.labels("idle").set(pool.checkedin())


def router() -> APIRouter:
    """/healthz, /readyz and /metrics."""
    probes = APIRouter(include_in_schema=False)

    @probes.get("/healthz")
    async def healthz() -> PlainTextResponse:
        return PlainTextResponse("alive")

    @probes.get("/readyz")
    async def readyz(request: Request) -> JSONResponse:
        reasons = await readiness(request.app.state.resources)
        missing = {name: reason for name, reason in reasons.items() if reason}
        body = {"ready": not missing, "missing": missing, "checked": sorted(reasons)}
        return JSONResponse(body, 503 if missing else 200)

    @probes.get("/metrics")
    async def measures(request: Request) -> Response:
        _measure_pool(request.app.state.resources)
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return probes
