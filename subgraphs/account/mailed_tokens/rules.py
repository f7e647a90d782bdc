"""What is true of mailed tokens: how long they are good, and for whom."""

import hashlib
import secrets
from datetime import datetime, timedelta

from chassis.errors import FieldError, InvalidInput

from .tables import RESET_PASSWORD, VERIFY_EMAIL, MailedToken

LIFETIME = {VERIFY_EMAIL: timedelta(days=3), RESET_PASSWORD: timedelta(minutes=30)}


def new_token() -> str:
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> bytes:
    """Tokens are random, so a plain digest is enough: there is nothing to guess."""
    return hashlib.sha256(token.encode()).digest()


def ensure_good(row: MailedToken | None, purpose: str, now: datetime) -> MailedToken:
    """One refusal for whatever is wrong with it: a stranger learns nothing."""
    if row is None or row.purpose != purpose or row.used_at is not None or row.expires_at <= now:
        raise NotGood
    return row


class NotGood(InvalidInput):
    def __init__(self) -> None:
        super().__init__("This link is not good, or no longer. Ask for another one.", [FieldError("token", "NOT_GOOD")])
