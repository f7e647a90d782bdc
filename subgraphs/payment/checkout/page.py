"""The checkout page: what there is to pay, the provider's window, and how it stands afterwards."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from functools import cache
from html import escape
from importlib.resources import files
from string import Template
from typing import Final
from urllib.parse import urlsplit

import orjson

from chassis.money import minor_units, to_minor

from ..ledger.tables import Payment, PaymentStatus
from ..payments.rules import is_payable
from ..settings import Settings

METHOD_NAMES: Final[Mapping[str, str]] = {
    "CARD": "Card",
    "EASY_PAY": "Easy pay",
    "TRANSFER": "Bank transfer",
    "VIRTUAL_ACCOUNT": "Virtual account",
    "MOBILE": "Mobile phone",
}


class CheckoutState(Enum):
    PAYABLE = "payable"
    FAILED = "failed"
    PENDING = "pending"
    ACCOUNT = "account"
    PAID = "paid"
    REFUNDED = "refunded"
    OVER = "over"


_WAITING: Final = (CheckoutState.PENDING, CheckoutState.ACCOUNT)
_CAN_PAY: Final = (CheckoutState.PAYABLE, CheckoutState.FAILED)
_STATE_OF: Final[Mapping[PaymentStatus, CheckoutState]] = {
    PaymentStatus.READY: CheckoutState.PAYABLE,
    PaymentStatus.FAILED: CheckoutState.FAILED,
    PaymentStatus.PENDING: CheckoutState.PENDING,
    PaymentStatus.VIRTUAL_ACCOUNT_ISSUED: CheckoutState.ACCOUNT,
    PaymentStatus.PAID: CheckoutState.PAID,
    PaymentStatus.PARTIALLY_REFUNDED: CheckoutState.PAID,
    PaymentStatus.REFUNDED: CheckoutState.REFUNDED,
    PaymentStatus.CLOSED: CheckoutState.OVER,
}
_SAID: Final[Mapping[CheckoutState, tuple[str, str]]] = {
    CheckoutState.PAYABLE: ("", "Held for you until"),
    CheckoutState.FAILED: ("The payment did not work.", "Please try again, with another card if you like, until"),
    CheckoutState.PENDING: ("Your payment is being checked.", "This page follows by itself."),
    CheckoutState.ACCOUNT: ("Please transfer the amount.", "Your booking is confirmed once the money has arrived."),
    CheckoutState.PAID: ("Paid. Thank you!", "You can close this page."),
    CheckoutState.REFUNDED: ("The money was given back.", "You can close this page."),
    CheckoutState.OVER: ("The time to pay is over.", "Nothing was charged. What still arrives is given back."),
}
_OWED_BACK: Final = ("The payment can't be kept.", "It is given back to you in full.")


def state_of(payment: Payment, now: datetime) -> CheckoutState:
    state = _STATE_OF[payment.status]
    over = state in _CAN_PAY and (now >= payment.due_at or not is_payable(payment))
    return CheckoutState.OVER if over else state


def checkout_page(payment: Payment, settings: Settings, now: datetime, nonce: str) -> str:
    state = state_of(payment, now)
    title, hint = _SAID[state]
    if state is CheckoutState.PAID and (payment.refused_at or payment.closed_at):
        title, hint = _OWED_BACK
    if state is CheckoutState.FAILED and payment.failure_reason:
        hint = f"{payment.failure_reason} {hint}"
    return _page("checkout.html").substitute(
        nonce=nonce,
        state=state.value,
        order_name=escape(payment.order_name),
        amount=escape(_readable(payment)),
        title=escape(title),
        hint=escape(hint),
        until=_time(payment.due_at) + "." if state in _CAN_PAY else "",
        account=_account(payment) if state is CheckoutState.ACCOUNT else "",
        receipt=_receipt(payment) if state is CheckoutState.PAID else "",
        form=_form(settings) if state in _CAN_PAY else "",
        sdk=_sdk(settings, nonce) if state in _CAN_PAY else "",
        order=_order(payment, settings, follow=state in _WAITING),
        due_in=max(0, int((payment.due_at - now).total_seconds())),
    )


def missing_page() -> str:
    return _page("missing.html").template


def security_policy(nonce: str) -> dict[str, str]:
    """The provider's script brings windows and scripts of its own, from addresses only it knows."""
    policy = (
        "default-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; "
        f"script-src 'nonce-{nonce}' 'strict-dynamic'; style-src 'self' 'unsafe-inline' https:; "
        "img-src 'self' data: https:; frame-src https: http:; connect-src 'self' https:; form-action 'self' https:"
    )
    return {
        "content-security-policy": policy,
        "cache-control": "no-store",
        "referrer-policy": "strict-origin-when-cross-origin",
        "x-content-type-options": "nosniff",
    }


def _order(payment: Payment, settings: Settings, *, follow: bool) -> str:
    """What the browser SDK is called with. JSON inside HTML: nothing in it may look like a tag."""
    order = {
        "storeId": settings.portone_store_id,
        "channelKey": settings.portone_channel_key,
        "paymentId": str(payment.id),
        "orderName": payment.order_name,
        "totalAmount": to_minor(payment.amount, payment.currency),
        "currency": f"CURRENCY_{payment.currency}",
        "redirectUrl": f"{settings.public_url}/checkout/{payment.id}",
        "accountHours": settings.account_hours,
        "follow": follow,
    }
    return orjson.dumps(order).decode().replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _form(settings: Settings) -> str:
    choices = [_choice(method, first=at == 0) for at, method in enumerate(settings.offered_methods)]
    return f'<form id="pay"><fieldset><legend>Pay with</legend>{"".join(choices)}</fieldset><button>Pay</button></form>'


def _choice(method: str, *, first: bool) -> str:
    radio = f'<input type="radio" name="method" value="{escape(method)}"{" checked" if first else ""}>'
    return f"<label>{radio}<span>{escape(METHOD_NAMES.get(method, method))}</span></label>"


def _account(payment: Payment) -> str:
    return (
        f"<dl><dt>Bank</dt><dd>{escape(payment.account_bank or '')}</dd>"
        f"<dt>Account</dt><dd><code>{escape(payment.account_number or '')}</code></dd>"
        f"<dt>Until</dt><dd>{_time(payment.account_due_at or payment.due_at)}</dd></dl>"
    )


def _time(instant: datetime) -> str:
    """The browser turns it into its own clock's."""
    return f'<time datetime="{instant.isoformat()}">{instant:%Y-%m-%d %H:%M} UTC</time>'


def _receipt(payment: Payment) -> str:
    if not payment.receipt_url or urlsplit(payment.receipt_url).scheme not in ("https", "http"):
        return ""
    return f'<p><a href="{escape(payment.receipt_url)}" rel="noopener">Receipt</a></p>'


def _sdk(settings: Settings, nonce: str) -> str:
    return f'<script nonce="{nonce}" src="{escape(settings.portone_browser_sdk_url)}"></script>'


def _readable(payment: Payment) -> str:
    return f"{payment.amount:,.{minor_units(payment.currency)}f} {payment.currency}"


@cache
def _page(name: str) -> Template:
    return Template(files(__package__).joinpath(name).read_text())
