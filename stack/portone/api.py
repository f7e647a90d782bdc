"""PortOne's REST endpoints: reading a payment, cancelling it, closing its account number."""

import asyncio
import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import timedelta
from time import monotonic
from typing import Any, TypeVar

import orjson
from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field, ValidationError

from stack.portone import payments
from stack.portone.books import Answer
from stack.portone.published import published, published_cancellation
from stack.portone.refusals import Refusal, refusal
from stack.portone.switches import read_header
from stack.portone.till import Till, now

router = APIRouter(dependencies=[Depends(read_header)])

Deed = Callable[[], dict[str, Any]]
Body = TypeVar("Body", bound=BaseModel)
_KEY = re.compile(r'"?([A-Za-z0-9_-]{16,256})"?')


class RefundAccount(BaseModel):
    bank: str = Field(min_length=1)
    number: str = Field(min_length=1)
    holderName: str = Field(min_length=1)  # noqa: N815 - PortOne's name


class CloseBody(BaseModel):
    storeId: str | None = None  # noqa: N815 - PortOne's name


class CancelBody(BaseModel):
    reason: str = Field(min_length=1)
    storeId: str | None = None  # noqa: N815 - PortOne's name
    amount: int | None = Field(default=None, gt=0)
    currentCancellableAmount: int | None = Field(default=None, ge=0)  # noqa: N815 - PortOne's name
    refundAccount: RefundAccount | None = None  # noqa: N815 - PortOne's name


@router.get("/payments/{payment_id}")
async def get_payment(payment_id: str, request: Request) -> Response:
    till: Till = request.app.state.till
    store_id = request.query_params.get("storeId")
    return await _answer(request, lambda: _read(till, payment_id, store_id))


@router.post("/payments/{payment_id}/cancel")
async def cancel_payment(payment_id: str, request: Request) -> Response:
    till: Till = request.app.state.till
    body = await request.body()
    return await _answer(request, lambda: _cancel(till, payment_id, body))


@router.post("/payments/{payment_id}/virtual-account/close")
async def close_virtual_account(payment_id: str, request: Request) -> Response:
    till: Till = request.app.state.till
    body = await request.body()
    return await _answer(request, lambda: _close_account(till, payment_id, body))


def _read(till: Till, payment_id: str, store_id: str | None) -> dict[str, Any]:
    _ensure_own_store(till, store_id)
    return published(till.get(payment_id), till.settings.url)


def _cancel(till: Till, payment_id: str, body: bytes) -> dict[str, Any]:
    asked = _understood(CancelBody, body)
    _ensure_own_store(till, asked.storeId)
    payment = till.get(payment_id)
    if payment.account is not None and payment.paid_at is not None and asked.refundAccount is None:
        raise refusal("INVALID_REQUEST", "an account number only took money: refundAccount says where it goes back to")
    cancellation = till.cancel(payment, asked.amount, asked.currentCancellableAmount, asked.reason)
    return {"cancellation": published_cancellation(cancellation)}


def _close_account(till: Till, payment_id: str, body: bytes) -> dict[str, Any]:
    _ensure_own_store(till, _understood(CloseBody, body or b"{}").storeId)
    at = now()
    till.change(till.get(payment_id), lambda payment: payments.close_account(payment, at))
    return {"closedAt": at.isoformat()}


def _understood(kind: type[Body], body: bytes) -> Body:
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        raise refusal("INVALID_REQUEST", f"{error.error_count()} fields are not as they must be") from error


def _ensure_own_store(till: Till, store_id: str | None) -> None:
    if store_id not in (None, till.settings.store_id):
        raise refusal("FORBIDDEN", "another store's payment")


async def _answer(request: Request, deed: Deed) -> Response:
    """Do it under its idempotency key, with the delays and failures that are switched on."""
    till: Till = request.app.state.till
    try:
        _ensure_authorized(request, till)
        if till.spend("errors_before"):
            return _json(503, {"message": "switched on: an error before anything was done"})
        answer = await _once(request, deed)
    except Refusal as refused:
        return _json(refused.status, refused.body)
    if till.spend("errors_after"):
        return _json(500, {"message": "switched on: an error after it was done"})
    return Response(answer.body, answer.status, media_type="application/json")


async def _once(request: Request, deed: Deed) -> Answer:
    till: Till = request.app.state.till
    key = _idempotency_key(request)
    if key is None:
        await _take_time(till)
        return _done("", deed)
    digest = hashlib.sha256(request.url.path.encode() + b"\0" + await request.body()).hexdigest()
    known = till.books.find_answer(key, now(), timedelta(hours=till.settings.idempotency_hours))
    if known is not None and known.request != digest:
        raise refusal("INVALID_REQUEST", "this idempotency key was used for another request")
    return known or await _first(request, key, digest, deed)


async def _take_time(till: Till) -> None:
    """As long as it is said to, or until it is said to be enough."""
    began = monotonic()
    while (left := began + till.switches.latency - monotonic()) > 0:  # noqa: ASYNC110 (switches are rows)
        await asyncio.sleep(min(left, 0.05))


async def _first(request: Request, key: str, digest: str, deed: Deed) -> Answer:
    till: Till = request.app.state.till
    under_way: set[str] = request.app.state.keys_under_way
    if key in under_way:
        raise refusal("IDEMPOTENCY_OUTSTANDING_REQUEST", "a request with this key is under way")
    under_way.add(key)
    try:
        await _take_time(till)
        answer = _done(digest, deed)
        till.books.save_answer(key, answer, now())
        return answer
    finally:
        under_way.discard(key)


def _done(digest: str, deed: Deed) -> Answer:
    try:
        return Answer(digest, 200, orjson.dumps(deed()))
    except Refusal as refused:
        return Answer(digest, refused.status, orjson.dumps(refused.body))


def _idempotency_key(request: Request) -> str | None:
    given = request.headers.get("idempotency-key")
    if given is None or request.method == "GET":
        return None
    match = _KEY.fullmatch(given)
    if match is None:
        raise refusal("INVALID_REQUEST", "an idempotency key has 16 to 256 letters, digits, - or _")
    return match[1]


def _ensure_authorized(request: Request, till: Till) -> None:
    wanted = f"PortOne {till.settings.api_secret.get_secret_value()}"
    given = request.headers.get("authorization", "")
    if not hmac.compare_digest(given.encode(), wanted.encode()):
        raise refusal("UNAUTHORIZED", "the Authorization header is not `PortOne <secret>`")


def _json(status: int, body: dict[str, Any]) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json")
