"""The page on which people pay, over plain HTTP."""

import secrets
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from chassis import clock
from chassis.cache import Cache
from chassis.database import Database
from chassis.errors import NotFound
from chassis.resources import Resources

from ..ledger import store as ledger
from ..ledger.tables import Payment
from ..payments.confirm import confirm_payment
from ..provider.portone import PortOne
from ..settings import Settings
from .page import checkout_page, missing_page, security_policy
from .states import state_of
from .words import words_for


def checkout_routes(settings: Settings) -> APIRouter:
    router = APIRouter()

    @router.get("/checkout/{payment_id}")
    async def checkout(payment_id: UUID, request: Request) -> Response:
        payment = await _find(request, payment_id)
        nonce = secrets.token_urlsafe(16)
        words = words_for(request.headers.get("accept-language", ""))
        page = checkout_page(payment, settings, clock.now(), nonce, words) if payment else missing_page(words)
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
        found, at_most = _resources(request), settings.confirms_per_minute
        payment = await confirm_payment(
            found[Database], found[Cache], found[PortOne], payment_id, payer_id=None, at_most=at_most
        )
        return _state(payment)

    return router


async def _find(request: Request, payment_id: UUID) -> Payment | None:
    async with _resources(request)[Database].reading() as session:
        return await ledger.find_payment(session, payment_id)


def _resources(request: Request) -> Resources:
    resources: Resources = request.app.state.resources
    return resources


def _state(payment: Payment) -> Response:
    return JSONResponse({"state": state_of(payment, clock.now()).value}, headers={"cache-control": "no-store"})
