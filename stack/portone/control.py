"""The simulator's own small interface: its switches, its books, and the bank's side of what is still open."""

from datetime import datetime
from enum import Enum
from functools import cache
from html import escape
from importlib.resources import files
from string import Template
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel, ValidationError

from stack.portone.payments import WAITING, Payment, Status
from stack.portone.refusals import HTTP_STATUS, Refusal
from stack.portone.switches import Switches
from stack.portone.till import Till

router = APIRouter(prefix="/control")


class Entry(BaseModel):
    """One line of the books, in minor units of the currency."""

    payment_id: str
    status: Status
    total: int
    currency: str
    paid: int
    cancelled: int
    paid_at: datetime | None
    open_cancellations: list[str]


@router.get("")
async def page(request: Request) -> Response:
    till: Till = request.app.state.till
    entries = [_entry(each) for each in till.books.payments()]
    shown = _page().substitute(
        switches="".join(_switch(name, value) for name, value in till.switches.model_dump().items()),
        rows="".join(_row(each) for each in reversed(entries[-50:])),
    )
    return HTMLResponse(shown)


@router.get("/switches")
async def get_switches(request: Request) -> Switches:
    till: Till = request.app.state.till
    return till.switches


@router.patch("/switches")
async def set_switches(request: Request) -> Response:
    till: Till = request.app.state.till
    try:
        till.switch(Switches.model_validate({**till.switches.model_dump(), **await request.json()}))
    except (ValidationError, ValueError, TypeError) as error:
        return JSONResponse({"message": str(error)}, 400)
    return JSONResponse(till.switches.model_dump())


@router.get("/payments")
async def books(request: Request) -> list[Entry]:
    till: Till = request.app.state.till
    return [_entry(each) for each in till.books.payments()]


@router.post("/payments/{payment_id}/deposit")
async def deposit(payment_id: str, request: Request) -> Response:
    """The money of a pending payment or of an account number arrives."""
    till: Till = request.app.state.till
    return _told(lambda: till.deposit(till.get(payment_id)))


@router.post("/payments/{payment_id}/cancellations/{cancellation_id}/{outcome}")
async def settle_cancellation(payment_id: str, cancellation_id: str, outcome: str, request: Request) -> Response:
    """`outcome` is `succeed` or `fail`."""
    till: Till = request.app.state.till
    if outcome not in ("succeed", "fail"):
        return JSONResponse({"message": "succeed or fail"}, 404)
    return _told(lambda: till.settle(till.get(payment_id), cancellation_id, succeeded=outcome == "succeed"))


@router.post("/clear")
async def clear(request: Request) -> Response:
    till: Till = request.app.state.till
    till.clear()
    return Response(status_code=204)


def _told(deed: Any) -> Response:
    try:
        deed()
    except Refusal as refused:
        return JSONResponse(refused.body, refused.status)
    return Response(status_code=204)


def _entry(payment: Payment) -> Entry:
    return Entry(
        payment_id=payment.id,
        status=payment.status,
        total=payment.total,
        currency=payment.currency,
        paid=payment.total if payment.paid_at else 0,
        cancelled=payment.cancelled,
        paid_at=payment.paid_at,
        open_cancellations=[each.id for each in payment.cancellations if each.status == "REQUESTED"],
    )


def _switch(name: str, value: Any) -> str:
    """An input for it: a number that is empty stands for none."""
    if isinstance(value, bool):
        field = f'<input type="checkbox" name="{name}"{" checked" if value else ""}>'
    elif isinstance(value, str):
        words = list(type(value)) if isinstance(value, Enum) else list(HTTP_STATUS)
        options = "".join(f"<option{' selected' if each == value else ''}>{each}</option>" for each in words)
        field = f'<select name="{name}">{options}</select>'
    else:
        field = (
            f'<input type="number" step="any" min="0" name="{name}" value="{"" if value is None else f"{value:g}"}">'
        )
    return f"<label>{field}<b>{name}</b><span>{Switches.model_fields[name].description}</span></label>"


def _row(entry: Entry) -> str:
    base = f"/control/payments/{escape(entry.payment_id)}"
    actions = [("deposit", "Money arrives")] if entry.status in WAITING else []
    for each in entry.open_cancellations:
        actions += [(f"cancellations/{each}/succeed", "Refund settles"), (f"cancellations/{each}/fail", "Refund fails")]
    buttons = "".join(f'<button data-post="{base}/{path}">{label}</button>' for path, label in actions)
    money = f"{entry.paid:,} / {entry.total:,} {escape(entry.currency)}"
    cells = (f"<code>{escape(entry.payment_id)}</code>", entry.status, money, f"{entry.cancelled:,}", buttons)
    return "<tr>" + "".join(f"<td>{each}</td>" for each in cells) + "</tr>"


@cache
def _page() -> Template:
    return Template(files(__package__).joinpath("pages", "control.html").read_text())
