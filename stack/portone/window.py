"""The payment window, and the stand-in for PortOne's browser SDK that opens it."""

import json
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from html import escape
from importlib.resources import files
from string import Template
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field, ValidationError

from stack.portone import payments
from stack.portone.payments import Order, Payment, Status
from stack.portone.published import PAY_METHODS
from stack.portone.refusals import Refusal, refusal
from stack.portone.switches import Payments, read_header
from stack.portone.till import Till, now

router = APIRouter(dependencies=[Depends(read_header)])

_LABELS = {
    "CARD": "Card",
    "EASY_PAY": "Easy pay",
    "TRANSFER": "Bank transfer",
    "MOBILE": "Mobile phone",
    "VIRTUAL_ACCOUNT": "Virtual account",
}
_OUTCOMES = {Payments.SUCCEED: "pay", Payments.STAY_PENDING: "pending", Payments.FAIL: "fail"}
# Whole units of KRW and JPY are minor units; other currencies of the demo have hundredths.
_NO_MINOR_UNIT = {"KRW", "JPY"}


class Asked(BaseModel):
    """What the browser SDK is called with, by PortOne's names, and what the person clicked."""

    paymentId: str  # noqa: N815
    storeId: str  # noqa: N815
    channelKey: str  # noqa: N815
    orderName: str  # noqa: N815
    totalAmount: int  # noqa: N815
    currency: str
    redirectUrl: str = Field(pattern="^https?://")  # noqa: N815
    payMethod: str = "CARD"  # noqa: N815
    accountHours: int = Field(default=24, ge=1, le=24 * 30)  # noqa: N815
    windowType: Literal["IFRAME", "REDIRECTION"] = "REDIRECTION"  # noqa: N815
    outcome: str = ""

    def order(self) -> Order:
        return Order(
            payment_id=self.paymentId,
            store_id=self.storeId,
            channel_key=self.channelKey,
            order_name=self.orderName,
            total_amount=self.totalAmount,
            currency=self.currency.removeprefix("CURRENCY_"),
        )


@router.get("/v2/browser-sdk.js")
async def browser_sdk() -> Response:
    return Response(_page("browser-sdk.js").template, media_type="text/javascript")


@router.get("/window")
async def show_window(request: Request) -> Response:
    till: Till = request.app.state.till
    try:
        asked = _asked(dict(request.query_params))
        till.open_window(asked.order())
    except Refusal as refused:
        return _refused(refused, dict(request.query_params))
    hidden = {key: value for key, value in asked.model_dump().items() if key not in ("payMethod", "outcome")}
    fields = "".join(f'<input type="hidden" name="{key}" value="{escape(str(hidden[key]))}">' for key in hidden)
    page = _page("window.html").substitute(
        kind=asked.windowType,
        order=escape(asked.orderName),
        amount=escape(_readable(asked.totalAmount, asked.currency.removeprefix("CURRENCY_"))),
        fields=fields,
        methods="".join(_method_choice(each, asked.payMethod) for each in PAY_METHODS),
    )
    return HTMLResponse(page)


@router.post("/window")
async def decide(request: Request) -> Response:
    """What a person clicked. 303 leads back to the merchant with PortOne's parameters in the address."""
    till: Till = request.app.state.till
    form = dict(parse_qsl((await request.body()).decode()))
    try:
        asked = _asked(form)
        payment = _current(till, asked)
        return _carry_out(till, payment, asked)
    except Refusal as refused:
        return _refused(refused, form)


@router.get("/receipts/{payment_id}")
async def receipt(payment_id: str, request: Request) -> Response:
    payment = request.app.state.till.books.find_payment(payment_id)
    if payment is None or payment.paid_at is None:
        return HTMLResponse("<p>No such receipt.</p>", 404)
    page = _page("receipt.html").substitute(
        order=escape(payment.order_name),
        amount=escape(_readable(payment.total, payment.currency)),
        cancelled=escape(_readable(payment.cancelled, payment.currency)),
        paid_at=payment.paid_at.strftime("%Y-%m-%d %H:%M UTC"),
    )
    return HTMLResponse(page)


def _current(till: Till, asked: Asked) -> Payment:
    """The attempt the window stands for. A program may answer a window it never looked at."""
    order = asked.order()
    payment = till.books.find_payment(order.payment_id)
    if payment is None or payment.status != Status.READY or payment.total != order.total_amount:
        return till.open_window(order)
    return payment


def _carry_out(till: Till, payment: Payment, asked: Asked) -> Response:
    at = now()
    outcome = _OUTCOMES[till.switches.payments] if asked.outcome == "pay" else asked.outcome
    if outcome == "pay" and asked.payMethod == "VIRTUAL_ACCOUNT":
        till.change(payment, lambda each: payments.issue_account(each, timedelta(hours=asked.accountHours), at))
    elif outcome == "pay":
        till.change(payment, lambda each: payments.pay(each, asked.payMethod, at))
    elif outcome == "pending":
        till.change(payment, lambda each: payments.leave_pending(each, asked.payMethod, at))
    elif outcome == "fail":
        till.change(payment, lambda each: payments.fail(each, asked.payMethod, "The card was declined.", at))
        return _back(asked, payment, code="FAILURE_TYPE_PG", message="The card was declined.")
    elif outcome == "close":
        return _back(asked, payment, code="FAILURE_TYPE_PG", message="The window was closed.")
    else:
        raise refusal("INVALID_REQUEST", "outcome is one of pay, fail, close, pending")
    return _back(asked, payment)


def _asked(given: dict[str, Any]) -> Asked:
    try:
        asked = Asked.model_validate(given)
        asked.order()
    except ValidationError as error:
        named = ", ".join(str(each["loc"][0]) for each in error.errors() if each["loc"])
        raise refusal("INVALID_REQUEST", f"not as they must be: {named}") from error
    if asked.payMethod not in PAY_METHODS:
        raise refusal("INVALID_REQUEST", f"payMethod is one of {', '.join(PAY_METHODS)}")
    return asked


def _back(asked: Asked, payment: Payment, **failure: str) -> Response:
    said = {"paymentId": payment.id, "transactionType": "PAYMENT", "txId": payment.transaction_id, **failure}
    return _tell(asked.windowType, asked.redirectUrl, said)


def _refused(refused: Refusal, given: Mapping[str, str]) -> Response:
    """PortOne tells the merchant's page; where there is none, it can only be shown."""
    if refused.body["type"] == "INVALID_REQUEST" or "redirectUrl" not in given:
        return HTMLResponse(f"<p>{escape(refused.body['message'])}</p>", refused.status)
    said = {
        "paymentId": given.get("paymentId", ""),
        "code": refused.body["type"],
        "message": refused.body["message"],
    }
    return _tell(given.get("windowType", ""), given["redirectUrl"], said)


def _tell(window_type: str, redirect_url: str, said: dict[str, str]) -> Response:
    """The merchant's page: the one around the window, or the one it leads back to."""
    if window_type != "IFRAME":
        return RedirectResponse(_with_query(redirect_url, said), 303)
    parts = urlsplit(redirect_url)
    told = {"said": said, "to": f"{parts.scheme}://{parts.netloc}"}
    return HTMLResponse(_page("answer.html").substitute(told=escape(json.dumps(told))))


def _with_query(url: str, said: dict[str, str]) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, urlencode(said))))))


def _method_choice(method: str, chosen: str) -> str:
    checked = " checked" if method == chosen else ""
    radio = f'<input type="radio" name="payMethod" value="{method}"{checked}>'
    return f"<label>{radio}<span>{_LABELS[method]}</span></label>"


def _readable(minor: int, currency: str) -> str:
    return f"{minor:,} {currency}" if currency in _NO_MINOR_UNIT else f"{minor / 100:,.2f} {currency}"


@cache
def _page(name: str) -> Template:
    return Template(files(__package__).joinpath("pages", name).read_text())
