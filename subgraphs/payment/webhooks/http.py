"""Where the provider's webhooks come in."""

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import Response
from prometheus_client import Counter
from starlette.requests import ClientDisconnect

from chassis.cache import Cache
from chassis.database import Database
from chassis.resources import Resources

from ..settings import Settings
from .receive import receive_webhook
from .signatures import HEADERS, Forged, verified

# A webhook names a payment and a type; what is much longer is none.
_LARGEST_WEBHOOK = 64 * 1024
# In which it must have come: whoever sends more slowly is not the provider.
SECONDS = 10.0

webhooks = Counter("payment_webhooks", "Webhooks by what became of them.", ["outcome"])


def webhook_routes(settings: Settings) -> APIRouter:
    router = APIRouter()

    @router.post("/webhooks/portone")
    async def take_webhook(request: Request) -> Response:
        """200 once it is stored; it is worked on afterwards, and told again until then."""
        outcome, status = await _take(request, settings)
        webhooks.labels(outcome).inc()
        return Response(status_code=status)

    return router


async def _take(request: Request, settings: Settings) -> tuple[str, int]:
    if any(name not in request.headers for name in HEADERS):
        return "unsigned", 400
    try:
        async with asyncio.timeout(SECONDS):
            body = await _body(request)
    except TimeoutError:
        return "too slow", 408
    if body is None:
        return "too large", 413
    try:
        said = verified(settings.webhook_secrets, request.headers, body)
    except Forged:
        return "forged", 401
    resources: Resources = request.app.state.resources
    async with resources[Database].transaction() as session:
        new = await receive_webhook(session, resources[Cache], request.headers["webhook-id"], said)
    return ("taken" if new else "repeated"), 200


async def _body(request: Request) -> bytes | None:
    """None when it is too large; no more than that is ever held."""
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > _LARGEST_WEBHOOK:
                return None
    except ClientDisconnect:
        return None
    return body
