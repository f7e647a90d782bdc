"""The pages that mailed links lead to, for clients that have none of their own."""

import secrets
from importlib.resources import files
from string import Template

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

router = APIRouter(include_in_schema=False)

_NEW_ONE = (
    '<input name="password" type="password" autocomplete="new-password" minlength="10" maxlength="128" required '
    'aria-label="새 비밀번호 · New password" placeholder="새 비밀번호 · New password">'
)


@router.get("/account/verify-email")
async def verify_email() -> HTMLResponse:
    """Nothing happens before the button is pressed: programs that look at mails follow links too."""
    return _page("이메일 확인 · Confirm your e-mail", "확인 · Confirm")


@router.get("/account/reset-password")
async def reset_password() -> HTMLResponse:
    return _page("비밀번호 재설정 · Choose a new password", "저장 · Save", _NEW_ONE)


def _page(title: str, label: str, fields: str = "") -> HTMLResponse:
    nonce = secrets.token_urlsafe(16)
    page = Template((files(__package__) / "pages" / "page.html").read_text())
    policy = (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'unsafe-inline'; img-src data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return HTMLResponse(page.substitute(title=title, label=label, fields=fields, nonce=nonce), headers=headers)
