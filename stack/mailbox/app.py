"""The mailbox as one FastAPI application, with SMTP beside it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, select_autoescape

from stack.mailbox.keep import Mail, Mails
from stack.mailbox.settings import Settings
from stack.mailbox.smtp import taking_mail

SHOWN = 200
# Mails are strangers' HTML: they are shown without scripts, and load nothing from elsewhere.
_ALONE = {"Content-Security-Policy": "sandbox allow-popups; default-src 'none'; style-src 'unsafe-inline'"}
_pages = Environment(loader=PackageLoader("stack.mailbox", "pages"), autoescape=select_autoescape(["html"]))
router = APIRouter()


def create_app(settings: Settings) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.mails = Mails(Path(settings.folder), settings.most)
        async with taking_mail(app.state.mails, settings.host, settings.smtp_port):
            yield

    app = FastAPI(title="Mailbox", lifespan=lifespan, openapi_url=None)
    app.include_router(router)
    return app


@router.get("/")
async def inbox(request: Request, to: str | None = None) -> HTMLResponse:
    mails = [mail.shown() for mail in _mails(request).newest(SHOWN, to)]
    return HTMLResponse(_pages.get_template("inbox.html").render(mails=mails, to=to or ""))


@router.get("/mails")
async def mails(request: Request, to: str | None = None) -> list[dict[str, str]]:
    """For tests and the demo: the newest first."""
    return [mail.shown() for mail in _mails(request).newest(SHOWN, to)]


@router.get("/mails/{key}")
async def mail(request: Request, key: str) -> HTMLResponse:
    return HTMLResponse(_pages.get_template("mail.html").render(mail=_found(request, key).shown()))


@router.get("/mails/{key}/html")
async def html(request: Request, key: str) -> HTMLResponse:
    return HTMLResponse(_found(request, key).part("html"), headers=_ALONE)


@router.get("/healthz")
async def healthz() -> dict[str, Any]:
    return {"status": "ok"}


def _mails(request: Request) -> Mails:
    found: Mails = request.app.state.mails
    return found


def _found(request: Request, key: str) -> Mail:
    found = _mails(request).find(key)
    if found is None:
        raise HTTPException(404, "There is no such mail.")
    return found
