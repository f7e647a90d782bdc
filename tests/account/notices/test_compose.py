"""Mails say the same in plain text and HTML, in Korean and English, and nothing a stranger put in is HTML."""

from datetime import UTC, date, datetime
from decimal import Decimal
from email.headerregistry import Address
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from subgraphs.account.notices.compose import LANGUAGES, Letter, amount, compose, day, instant, language_of
from subgraphs.account.notices.tables import Kind

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
NOTICE = UUID(int=7)
SENDER = Address("저기어때", addr_spec="no-reply@overthere.example")
FACTS = {
    "name": "Mina",
    "code": "K7XWQ2MN",
    "check_in": "1 December 2026",
    "check_out": "2 December 2026",
    "total": "90,000 KRW",
    "amount": "45,000 KRW",
    "due_at": "30 November 2026 18:00",
}


def a_letter(kind: Kind = Kind.BOOKING_CONFIRMED, language: str = "en", **changed: object) -> Letter:
    return Letter(kind, "mina@example.com", language, FACTS | changed, link="https://a.example/#t")


def parts(letter: Letter) -> tuple[str, str, str]:
    message = compose(letter, NOTICE, SENDER, NOW)
    plain, html = (message.get_body((subtype,)) for subtype in ("plain", "html"))
    assert plain is not None
    assert html is not None
    return message["subject"], plain.get_content(), html.get_content()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", list(Kind))
def test_every_mail_is_written_in_every_language(kind: Kind, language: str) -> None:
    subject, plain, html = parts(a_letter(kind, language))
    assert subject
    assert "Mina" in plain
    assert f'lang="{language}"' in html
    hangul = any("가" <= letter <= "힣" for letter in subject)
    assert hangul is (language == "ko")
    for line in plain.strip().split("\n"):
        assert line in html or not line
    assert "{" not in plain
    assert "<" not in plain


def test_a_booking_says_what_and_when() -> None:
    subject, plain, _ = parts(a_letter())
    assert subject == "Booking K7XWQ2MN is confirmed"
    assert "Check-in: 1 December 2026\nCheck-out: 2 December 2026\nTotal: 90,000 KRW\n" in plain


def test_what_cost_nothing_has_no_total() -> None:
    _, plain, _ = parts(a_letter(total=None))
    assert "Total" not in plain


def test_a_name_is_never_html() -> None:
    _, plain, html = parts(a_letter(name="<script>alert(1)</script>\n\n{{ 7 * 7 }}"))
    assert "<script>alert(1)</script>" in plain
    assert "<script>" not in html
    assert "49" not in html


def test_the_headers_are_those_of_a_machine_that_writes_once() -> None:
    message = compose(a_letter(), NOTICE, SENDER, NOW)
    assert message["to"] == "mina@example.com"
    assert message["from"] == "저기어때 <no-reply@overthere.example>"
    assert message["message-id"] == f"<{NOTICE}@overthere.example>"
    assert message["date"] == "Tue, 24 Nov 2026 12:00:00 +0000"
    assert message["auto-submitted"] == "auto-generated"
    assert bytes(message).isascii()


@pytest.mark.parametrize(
    ("preferred", "language"), [("ko", "ko"), ("ko-KR", "ko"), ("EN-gb", "en"), ("fr", "ko"), (None, "ko"), ("", "ko")]
)
def test_the_language_is_the_persons_or_the_deployments(preferred: str | None, language: str) -> None:
    assert language_of(preferred, "ko") == language


def test_days_instants_and_amounts_are_written_as_people_read_them() -> None:
    assert day(date(2026, 12, 1), "ko") == "2026년 12월 1일"
    assert day(date(2026, 12, 1), "en") == "1 December 2026"
    assert instant(NOW, ZoneInfo("Asia/Seoul"), "ko") == "2026년 11월 24일 21:00"
    assert amount(Decimal("1234567.50"), "NOK") == "1,234,567.50 NOK"
