"""Who may sign up, and as what."""

from datetime import date

import pytest

from chassis.errors import InvalidInput
from subgraphs.account.people.rules import ensure_person, ensure_sign_up
from subgraphs.account.people.tables import User

TODAY = date(2026, 11, 23)
PASSWORD = "correct horse battery"


def a_user(**changed: object) -> User:
    given = {"email": "mina@example.com", "password_hash": "", "display_name": "Mina", "role": "GUEST"}
    return User(**(given | changed))


def refused_fields(user: User, password: str = PASSWORD) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as refusal:
        ensure_sign_up(user, password, TODAY)
    return [(wrong.field, wrong.code) for wrong in refusal.value.fields]


@pytest.mark.parametrize("password", ["1234567890", "가나다라마바사아자차", "x" * 128, " " * 10])
def test_any_characters_make_a_password_of_10_to_128(password: str) -> None:
    ensure_sign_up(a_user(), password, TODAY)


@pytest.mark.parametrize(
    ("password", "code"),
    [("123456789", "TOO_SHORT"), ("", "TOO_SHORT"), ("x" * 129, "TOO_LONG"), ("MINA@example.com", "SAME_AS_EMAIL")],
)
def test_a_password_too_short_too_long_or_like_the_email_is_refused(password: str, code: str) -> None:
    assert refused_fields(a_user(), password) == [("password", code)]


@pytest.mark.parametrize(
    "email",
    ["", "mina", "mina@", "@example.com", "mi na@example.com", "mina@example..com", "a\0@b.com", f"{'a' * 65}@b.com"],
)
def test_what_is_no_email_is_refused(email: str) -> None:
    assert refused_fields(a_user(email=email)) == [("email", "NOT_AN_EMAIL")]


@pytest.mark.parametrize("role", ["GUEST", "HOST"])
def test_guests_and_hosts_sign_up(role: str) -> None:
    ensure_sign_up(a_user(role=role), PASSWORD, TODAY)


def test_nobody_signs_up_as_administrator() -> None:
    assert refused_fields(a_user(role="ADMIN")) == [("role", "NOT_ALLOWED")]


def test_the_operator_makes_administrators() -> None:
    ensure_person(a_user(role="ADMIN"), PASSWORD, TODAY)


@pytest.mark.parametrize("born", [date(1899, 12, 31), date(2026, 11, 24)])
def test_a_birth_date_out_of_this_life_is_refused(born: date) -> None:
    assert refused_fields(a_user(birth_date=born)) == [("birthDate", "OUT_OF_RANGE")]


def test_every_wrong_field_is_named_at_once() -> None:
    user = a_user(email="no", display_name=" ", phone_number="0" * 31, address="a\0b", role="ADMIN")
    assert refused_fields(user, "short") == [
        ("email", "NOT_AN_EMAIL"),
        ("password", "TOO_SHORT"),
        ("displayName", "EMPTY"),
        ("phoneNumber", "TOO_LONG"),
        ("address", "NOT_TEXT"),
        ("role", "NOT_ALLOWED"),
    ]
