"""Compose a mail: its words in the person's language, as plain text and as HTML that says the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape

LANGUAGES = ("ko", "en")


@dataclass(frozen=True)
class Letter:
    """What a mail says, before it is one."""

    kind: str
    to: str
    language: str
    facts: Mapping[str, Any]
    link: str | None = None


def compose(letter: Letter, notice_id: UUID, sender: Address, now: datetime) -> EmailMessage:
    """The Message-ID is the notice's: should one be sent twice, a mail server can tell."""
    words = _template(f"{letter.kind.lower()}.{letter.language}.txt")
    block = {name: _block(words, name, letter.facts) for name in words.blocks}
    text = block["body"] + (f"\n\n{letter.link}" if letter.link else "")
    html = _template("layout.html").render(
        language=letter.language,
        subject=block["subject"],
        paragraphs=block["body"].split("\n\n"),
        link=letter.link,
        label=block.get("label"),
    )
    message = EmailMessage()
    message["Subject"] = block["subject"]
    message["From"] = sender
    message["To"] = letter.to
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{notice_id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday replies
    message.set_content(text + "\n")
    message.add_alternative(html, subtype="html")
    return message


def language_of(preferred: str | None, otherwise: str) -> str:
    """The one of ours that a person's language is, or else the deployment's."""
    spoken = (preferred or "").partition("-")[0].lower()
    return spoken if spoken in LANGUAGES else otherwise


def day(value: date, language: str) -> str:
    return f"{value.year}년 {value.month}월 {value.day}일" if language == "ko" else f"{value.day} {value:%B %Y}"


def instant(value: datetime, zone: ZoneInfo, language: str) -> str:
    there = value.astimezone(zone)
    return f"{day(there.date(), language)} {there:%H:%M}"


def amount(value: Decimal, currency: str) -> str:
    return f"{value:,f} {currency}"


def _block(template: Template, name: str, facts: Mapping[str, Any]) -> str:
    return "".join(template.blocks[name](template.new_context(dict(facts)))).strip()


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader(__package__ or "", "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
    )


def _template(name: str) -> Template:
    return _environment().get_template(name)
