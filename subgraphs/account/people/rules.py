"""What is true of people: who may sign up, as what, what they may say of themselves, and who must stay."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

from chassis.errors import Conflict, DomainError, FieldError, InvalidInput, NotFound, Unauthenticated
from chassis.phones import number_of
from chassis.texts import trimmed, wrong_name, wrong_text

from .tables import User

SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 128
LONGEST_NAME = 100
LONGEST_TEXT = 500
LONGEST_PHONE = 30
LONGEST_EMAIL = 254
FORMER = "Former guest"
"""The name of whoever has left."""
_TEXTS = {
    "avatar_url": ("avatarUrl", 2_000),
    "preferred_language": ("preferredLanguage", 35),
    "address": ("address", LONGEST_TEXT),
}
# As RFC 5646 writes them, near enough: ko, en-GB, zh-Hant-TW.
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
SIGN_UP_ROLES = ("GUEST", "HOST")


class EmailTaken(DomainError):
    code = "EMAIL_TAKEN"

    def __init__(self) -> None:
        super().__init__("Somebody has signed up with this e-mail already.")


class WrongCredentials(DomainError):
    """The same for an unknown e-mail and a wrong password: it says nothing about who has an account."""

    code = "WRONG_CREDENTIALS"

    def __init__(self) -> None:
        super().__init__("The e-mail or the password is wrong.")


class Suspended(DomainError):
    code = "SUSPENDED"

    def __init__(self) -> None:
        super().__init__("This account is suspended.")


def phone_of(typed: str | None, region: str) -> str | None:
    """As all write it; without a country code it is of the region. None where nothing is typed.

    What is no number stays as it was typed, for the rules to refuse.
    """
    typed = trimmed(typed or "")
    return number_of(typed, region) or typed or None


def ensure_sign_up(user: User, password: str, today: date) -> None:
    """Raise InvalidInput with every field that is wrong, not just the first."""
    wrong = _wrong_person(user, password, today)
    if user.role not in SIGN_UP_ROLES:
        wrong.append(FieldError("role", "NOT_ALLOWED"))
    _refuse(wrong)


def ensure_person(user: User, password: str, today: date) -> None:
    """The same without the limits of signing up: for who is made by the operator, administrators among them."""
    _refuse(_wrong_person(user, password, today))


def ensure_profile(given: Mapping[str, Any], today: date) -> None:
    """Of an update: what is left out is not looked at."""
    _refuse(_wrong_profile(given, today))


def email_of(typed: str) -> str:
    """As it is stored and looked for: letters that are the same to a mail server are written in one way, such as those
    of a domain in punycode. What is no address stays as it was typed.
    """
    return _normalized(typed.strip()) or typed.strip()


def ensure_email(email: str, field: str) -> None:
    _refuse([FieldError(field, each.code) for each in _wrong_email(email)])


def ensure_password(password: str, email: str, field: str) -> None:
    _refuse([FieldError(field, each.code) for each in _wrong_password(password, email)])


def ensure_active(user: User) -> None:
    if user.suspended_at is not None:
        raise Suspended


def ensure_found(user: User | None) -> User:
    if user is None:
        raise NotFound("There is nobody with this id.")
    return user


def ensure_here(user: User | None) -> User:
    """For who acts on themselves: a token may outlive its person by seconds."""
    if user is None:
        raise Unauthenticated("This account has been deleted.")
    return user


def ensure_checked(user: User | None, checked: User) -> User:
    """The person, locked now, is still whose password was checked before: that takes too long to do under a lock."""
    user = ensure_here(user)
    if user.password_hash != checked.password_hash:
        raise WrongCredentials
    ensure_active(user)
    return user


def ensure_reason(reason: str) -> str:
    reason = reason.strip()
    if wrong := wrong_text("reason", reason, LONGEST_TEXT, shortest=1):
        raise InvalidInput("Say why, in a few words.", wrong)
    return reason


def ensure_administrator_left(user: User, administrators: Sequence[User]) -> None:
    """Before somebody stops being one: `administrators` are all who may act as such now."""
    if [each.id for each in administrators] == [user.id]:
        raise Conflict("The last administrator can't be removed.")


def clear_person(user: User) -> None:
    """All that says who it was. The e-mail is free for somebody else; a hash that is none fits no password."""
    user.email, user.password_hash, user.display_name = f"{user.id}@deleted.invalid", "", FORMER
    user.avatar_url = user.phone_number = user.birth_date = user.gender = None
    user.preferred_language = user.address = user.suspension_reason = user.email_verified_at = None


def next_instant(now: datetime, revoked_at: datetime | None) -> datetime:
    """The earliest whole millisecond from `now` on that is after the last revocation.

    Tokens count in milliseconds. Signed in the very millisecond of a revocation, a token is given the next one; a
    revocation in the same millisecond as another takes the next one too, and what was signed in between falls.
    """
    millisecond = now.replace(microsecond=now.microsecond // 1_000 * 1_000)
    return millisecond if revoked_at is None or revoked_at < millisecond else revoked_at + timedelta(milliseconds=1)


def _refuse(wrong: list[FieldError]) -> None:
    if wrong:
        raise InvalidInput("Some of this can't be taken.", wrong)


def _wrong_person(user: User, password: str, today: date) -> list[FieldError]:
    profile = {name: getattr(user, name) for name in ("display_name", "phone_number", *_TEXTS, "birth_date")}
    return [*_wrong_email(user.email), *_wrong_password(password, user.email), *_wrong_profile(profile, today)]


def _wrong_email(email: str) -> list[FieldError]:
    return [] if _normalized(email) else [FieldError("email", "NOT_AN_EMAIL")]


def _normalized(email: str) -> str | None:
    if len(email) > LONGEST_EMAIL:
        return None
    try:
        found = validate_email(email, strict=True, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        return None
    return found.normalized


def _wrong_password(password: str, email: str) -> list[FieldError]:
    if len(password) < SHORTEST_PASSWORD:
        return [FieldError("password", "TOO_SHORT")]
    if len(password) > LONGEST_PASSWORD:
        return [FieldError("password", "TOO_LONG")]
    if password.casefold() == email.casefold():
        return [FieldError("password", "SAME_AS_EMAIL")]
    return []


def _wrong_profile(given: Mapping[str, Any], today: date) -> list[FieldError]:
    wrong = []
    if "display_name" in given:
        wrong += wrong_name("displayName", given["display_name"], LONGEST_NAME)
    if phone := given.get("phone_number"):
        wrong += wrong_text("phoneNumber", phone, LONGEST_PHONE) or _wrong_number(phone)
    for name, (field, longest) in _TEXTS.items():
        wrong += wrong_text(field, given.get(name), longest)
    if (language := given.get("preferred_language")) and not _LANGUAGE.fullmatch(language):
        wrong.append(FieldError("preferredLanguage", "NOT_A_LANGUAGE"))
    if (avatar := given.get("avatar_url")) and not _is_https(avatar):
        wrong.append(FieldError("avatarUrl", "NOT_HTTPS"))
    if (born := given.get("birth_date")) and not date(1900, 1, 1) <= born <= today:
        wrong.append(FieldError("birthDate", "OUT_OF_RANGE"))
    return wrong


def _wrong_number(phone: str) -> list[FieldError]:
    """Of what `phone_of` has made of it: a number that says its country is the same everywhere."""
    return [] if number_of(phone, None) == phone else [FieldError("phoneNumber", "NOT_A_PHONE_NUMBER")]


def _is_https(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and url.isprintable() and " " not in url
