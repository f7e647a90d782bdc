"""What is true of sessions: when a refresh token is good, and what comes after it."""

import hashlib
import hmac
import ipaddress
import secrets
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta

from chassis.errors import DomainError, Unauthenticated

from .tables import RefreshToken


class TokenReused(DomainError):
    """A token that was used came back: somebody has a copy, so the whole family of sessions ends."""

    code = "TOKEN_REUSED"

    def __init__(self) -> None:
        super().__init__("This session was refreshed elsewhere and has been ended. Sign in again.")


def new_token() -> str:
    return secrets.token_urlsafe(32)


def new_salt() -> bytes:
    return secrets.token_bytes(32)


def hash_of(token: str) -> bytes:
    """Tokens are random, so a plain digest is enough: there is nothing to guess."""
    return hashlib.sha256(token.encode()).digest()


def successor_of(token: str, salt: bytes) -> str:
    """The same successor each time it is asked for, without any token being stored."""
    return urlsafe_b64encode(hmac.digest(token.encode(), salt, "sha256")).rstrip(b"=").decode()


def ensure_alive(row: RefreshToken | None, now: datetime) -> RefreshToken:
    if row is None or row.ended_at is not None or row.expires_at <= now:
        raise Unauthenticated("This session has ended. Sign in again.")
    return row


def is_repeat(row: RefreshToken, successor: RefreshToken | None, now: datetime, grace: timedelta) -> bool:
    """Whether a used token asks again for an answer that was lost, and not from a thief."""
    unused = successor is not None and successor.used_at is None
    return row.used_at is not None and now - row.used_at <= grace and unused


def network_of(address: str) -> str:
    """What an address is counted by: whoever has one of IPv6 has the 64 bits behind it to choose from."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((int(parsed), 64), strict=False))
