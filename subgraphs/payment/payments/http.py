"""Plain HTTP: the provider's webhooks, and the page on which people pay."""

import secrets
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from prometheus_client import Counter
from starlette.requests import ClientDisconnect

from chassis import clock
from chassis.cache import Cache
from chassis.database import Database
from chassis.errors import NotFound
from chassis.resources import Resources

from ..settings import Settings
from . import store
from .checkout import checkout_page, missing_page, security_policy, state_of
from .confirm import confirm_payment
from .portone import PortOne
from .receive_webhook import receive_webhook
from .signatures import HEADERS, Forged, verified
from .tables import Payment

# A webhook names a payment and a type; what is much longer is none.
_LARGEST_WEBHOOK = 64 * 1024

webhooks = Counter("payment_webhooks", "Webhooks by what became of them.", ["outcome"])


def routes(settings: Settings) -> APIRouter:
    router = APIRouter()

    @router.post("/webhooks/portone")
    async def take_webhook(request: Request) -> Response:
        """200 once it is stored; it is worked on afterwards, and told again until then."""
        outcome, status = await _take(request, settings)
        webhooks.labels(outcome).inc()
        return Response(status_code=status)

    @router.get("/checkout/{payment_id}")
    async def checkout(payment_id: UUID, request: Request) -> Response:
        payment = await _find(request, payment_id)
        nonce = secrets.token_urlsafe(16)
        page = checkout_page(payment, settings, clock.now(), nonce) if payment else missing_page()
        return HTMLResponse(page, 200 if payment else 404, security_policy(nonce))

    @router.get("/checkout/{payment_id}/state")
    async def state(payment_id: UUID, request: Request) -> Response:
        payment = await _find(request, payment_id)
        if payment is None:
            raise NotFound("There is no such payment.")
        return _state(payment)

    @router.post("/checkout/{payment_id}/confirm")
    async def confirm(payment_id: UUID, request: Request) -> Response:
        """The window has closed: ask the provider. Says no more than the page itself."""
        resources = _resources(request)
        return _state(
            await confirm_payment(resources[Database], resources[Cache], resources[PortOne], payment_id, payer_id=None)
        )

    return router


async def _take(request: Request, settings: Settings) -> tuple[str, int]:
    if any(name not in request.headers for name in HEADERS):
        return "unsigned", 400
    body = await _body(request)
    if body is None:
        return "too large", 413
    try:
        said = verified(settings.webhook_secrets, request.headers, body)
    except Forged:
        return "forged", 401
    resources = _resources(request)
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


async def _find(request: Request, payment_id: UUID) -> Payment | None:
    async with _resources(request)[Database].reading() as session:
        return await store.find_payment(session, payment_id)


def _resources(request: Request) -> Resources:
    resources: Resources = request.app.state.resources
    return resources


def _state(payment: Payment) -> Response:
    return JSONResponse({"state": state_of(payment, clock.now()).value}, headers={"cache-control": "no-store"})
