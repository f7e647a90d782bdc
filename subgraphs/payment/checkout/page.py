"""The checkout page: what there is to pay, the provider's window, and how it stands afterwards."""

from datetime import datetime
from functools import cache
from html import escape
from importlib.resources import files
from string import Template
from urllib.parse import urlsplit

import orjson

from chassis.money import minor_units, to_minor

from ..ledger.rules import account_hours_left, due_into_account
from ..ledger.tables import Payment
from ..settings import Settings
from .states import CAN_PAY, WAITING, CheckoutState, state_of
from .words import Words


def checkout_page(payment: Payment, settings: Settings, now: datetime, nonce: str, words: Words) -> str:
    state = state_of(payment, now)
    can_pay = state in CAN_PAY
    title, hint = _said(payment, state, words)
    return _page("checkout.html").substitute(
        words.labels,
        language=words.language,
        nonce=nonce,
        state=state.value,
        order_name=escape(payment.order_name),
        amount=escape(_readable(payment)),
        title=escape(title),
        hint=escape(hint).replace("{until}", _time(payment.due_at)),
        account=_account(payment, words) if state is CheckoutState.ACCOUNT else "",
        receipt=_receipt(payment, words) if state is CheckoutState.PAID else "",
        form=_form(settings, words) if can_pay else "",
        sdk=_sdk(settings, nonce) if can_pay else "",
        order=_json(_order(payment, settings)),
        page_knows=_json(_known(payment, settings, now, words)),
        due_in=max(0, int((payment.due_at - now).total_seconds())),
    )


def _said(payment: Payment, state: CheckoutState, words: Words) -> tuple[str, str]:
    if state is CheckoutState.PAID and (payment.refused_at or payment.closed_at):
        return words.owed_back
    title, hint = words.said[state]
    if state is CheckoutState.FAILED and payment.failure_reason:
        # Somebody else's words: none of them stands for a time.
        return title, f"{payment.failure_reason.replace('{', '(').replace('}', ')')} {hint}"
    return title, hint


def missing_page(words: Words) -> str:
    title, hint = words.missing
    return _page("missing.html").substitute(words.labels, language=words.language, title=title, hint=hint)


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


def _order(payment: Payment, settings: Settings) -> dict[str, object]:
    """What the browser SDK is called with, by PortOne's names."""
    return {
        "storeId": settings.portone_store_id,
        "channelKey": settings.portone_channel_key,
        "paymentId": str(payment.id),
        "orderName": payment.order_name,
        "totalAmount": to_minor(payment.amount, payment.currency),
        "currency": f"CURRENCY_{payment.currency}",
        "redirectUrl": f"{settings.public_url}/checkout/{payment.id}",
    }


def _known(payment: Payment, settings: Settings, now: datetime, words: Words) -> dict[str, object]:
    """What the page's own script goes by."""
    hours = account_hours_left(payment, now, settings.account_hours)
    return {"words": dict(words.spoken), "follow": state_of(payment, now) in WAITING, "hours": hours}


def _json(value: object) -> str:
    """JSON inside HTML: nothing in it may look like a tag."""
    return orjson.dumps(value).decode().replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _form(settings: Settings, words: Words) -> str:
    choices = [_choice(each, words.methods[each], first=at == 0) for at, each in enumerate(settings.offered_methods)]
    fields = f"<fieldset><legend>{words.labels['pay_with']}</legend>{''.join(choices)}</fieldset>"
    return f'<form id="pay">{fields}<button>{words.labels["pay"]}</button></form>'


def _choice(method: str, name: str, *, first: bool) -> str:
    radio = f'<input type="radio" name="method" value="{escape(method)}"{" checked" if first else ""}>'
    return f"<label>{radio}<span>{escape(name)}</span></label>"


def _account(payment: Payment, words: Words) -> str:
    label = words.labels
    return (
        f"<dl><dt>{label['bank']}</dt><dd>{escape(payment.account_bank or '')}</dd>"
        f"<dt>{label['number']}</dt><dd><code>{escape(payment.account_number or '')}</code></dd>"
        f"<dt>{label['deadline']}</dt><dd>{_time(due_into_account(payment))}</dd></dl>"
    )


def _time(instant: datetime) -> str:
    """The browser turns it into its own clock's."""
    return f'<time datetime="{instant.isoformat()}">{instant:%Y-%m-%d %H:%M} UTC</time>'


def _receipt(payment: Payment, words: Words) -> str:
    if not payment.receipt_url or urlsplit(payment.receipt_url).scheme not in ("https", "http"):
        return ""
    return f'<p><a href="{escape(payment.receipt_url)}" rel="noopener">{words.labels["receipt"]}</a></p>'


def _sdk(settings: Settings, nonce: str) -> str:
    return f'<script nonce="{nonce}" src="{escape(settings.portone_browser_sdk_url)}"></script>'


def _readable(payment: Payment) -> str:
    return f"{payment.amount:,.{minor_units(payment.currency)}f} {payment.currency}"


@cache
def _page(name: str) -> Template:
    return Template(files(__package__).joinpath(name).read_text())
