"""The mailbox takes every mail and shows it, and lets nothing in a mail run."""

from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import httpx
import pytest

from stack.mailbox.app import create_app
from stack.mailbox.keep import Mails
from stack.mailbox.settings import Settings
from stack.ports import free_port


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(smtp_port=free_port(), folder=str(tmp_path / "mails"))


@pytest.fixture
async def http(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings)
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://box") as http:
        yield http


async def post(settings: Settings, to: str, subject: str = "안녕하세요") -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.com", to, subject
    message.set_content("plain words\n")
    message.add_alternative("<p>fine words</p><script>alert(1)</script>", subtype="html")
    await aiosmtplib.send(message, hostname="127.0.0.1", port=settings.smtp_port)


async def test_a_mail_is_listed_and_shown(settings: Settings, http: httpx.AsyncClient) -> None:
    assert "Nothing yet" in (await http.get("/")).text
    await post(settings, "mina@example.com")
    [mail] = (await http.get("/mails")).json()
    assert (mail["to"], mail["subject"], mail["plain"].strip()) == ("mina@example.com", "안녕하세요", "plain words")
    assert "안녕하세요" in (await http.get("/")).text
    shown = (await http.get(f"/mails/{mail['key']}")).text
    assert "plain words" in shown
    assert "<script>" not in shown


async def test_the_html_of_a_mail_runs_nothing(settings: Settings, http: httpx.AsyncClient) -> None:
    await post(settings, "mina@example.com")
    [mail] = (await http.get("/mails")).json()
    html = await http.get(f"/mails/{mail['key']}/html")
    assert "<p>fine words</p>" in html.text
    assert html.headers["content-security-policy"].startswith("sandbox")
    assert "default-src 'none'" in html.headers["content-security-policy"]


async def test_mails_are_found_by_whom_they_are_for_the_newest_first(
    settings: Settings, http: httpx.AsyncClient
) -> None:
    for to, subject in (("mina@example.com", "one"), ("jun@example.com", "two"), ("mina@example.com", "three")):
        await post(settings, to, subject)
    assert [mail["subject"] for mail in (await http.get("/mails")).json()] == ["three", "two", "one"]
    found = (await http.get("/mails", params={"to": "MINA@"})).json()
    assert [mail["subject"] for mail in found] == ["three", "one"]


@pytest.mark.parametrize("path", ["/mails/1.M1P1Q1.x", "/mails/..%2F..%2Fetc/html"])
async def test_what_is_not_there_is_not_found(http: httpx.AsyncClient, path: str) -> None:
    assert (await http.get(path)).status_code == 404


def test_the_oldest_make_room(tmp_path: Path) -> None:
    mails = Mails(tmp_path / "mails", most=3)
    for number in range(12):
        mails.add(f"Subject: {number}\n\n".encode())
    assert [str(mail.message["subject"]) for mail in mails.newest(9)] == ["11", "10", "9"]
