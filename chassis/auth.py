"""From the Authorization header to a principal: Ed25519 JWTs of the account service, and nothing else, are believed."""

import hashlib
from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from chassis import clock
from chassis.errors import Unauthenticated
from chassis.jwks import KeySource
from chassis.principal import ANONYMOUS as ANONYMOUS
from chassis.principal import Principal as Principal
from chassis.principal import Role as Role
from chassis.revocations import Revocations

_LONGEST_TOKEN = 4_096
_KEPT_TOKENS = 10_000
_CLAIMS = ["iss", "aud", "sub", "role", "sid", "iat", "exp"]
# `iat` is the database's clock, which may be ahead of this machine's.
_SKEW = timedelta(minutes=1)


class TokenVerifier:
    """Checks tokens. What was checked is remembered by its hash until it expires or is revoked."""

    def __init__(self, keys: KeySource, revocations: Revocations, *, issuer: str, audience: str) -> None:
        self.keys = keys
        self.revocations = revocations
        self.issuer = issuer
        self.audience = audience
        self._known: OrderedDict[bytes, Principal] = OrderedDict()

    async def principal(self, authorization: str | None) -> Principal:
        """Who sends this Authorization header. No header is nobody; a bad one is Unauthenticated."""
        if not authorization:
            return ANONYMOUS
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("The Authorization header must be `Bearer` and a token.")
        return await self.verify(token.strip())

    async def verify(self, token: str) -> Principal:
        """Whose token it is. Raises Unauthenticated, or Unavailable while keys or revocations can't be had."""
        if len(token) > _LONGEST_TOKEN or not token.isascii():
            raise _refusal()
        digest = hashlib.sha256(token.encode()).digest()
        known = self._known.get(digest)
        if known is None:
            known = await self._verified(token)
            self._remember(digest, known)
        try:
            await self.ensure_good(known)
        except Unauthenticated:
            self._known.pop(digest, None)
            raise
        return known

    async def ensure_good(self, principal: Principal) -> None:
        """Raise Unauthenticated once the token behind it has expired or was revoked, Unavailable while unknown."""
        if principal.user_id is None or principal.expires_at is None or principal.issued_at is None:
            return
        if principal.expires_at <= clock.now():
            raise _refusal()
        revoked_at = await self.revocations.revoked_at(principal.user_id)
        if revoked_at is not None and principal.issued_at <= revoked_at:
            raise _refusal()

    def _remember(self, digest: bytes, principal: Principal) -> None:
        self._known[digest] = principal
        if len(self._known) > _KEPT_TOKENS:
            self._known.popitem(last=False)

    async def _verified(self, token: str) -> Principal:
        try:
            key = await self.keys.key(_key_id(token))
            if key is None:
                raise _refusal()
            return _principal(self._claims(token, key))
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError) as error:
            raise _refusal() from error

    def _claims(self, token: str, key: Ed25519PublicKey) -> dict[str, Any]:
        # PyJWT would take `iat` for seconds and every token of ours for one of the far future.
        options: Any = {"require": _CLAIMS, "verify_iat": False}
        claims: dict[str, Any] = jwt.decode(
            token, key, algorithms=["EdDSA"], issuer=self.issuer, audience=self.audience, options=options
        )
        return claims


def _key_id(token: str) -> str:
    header = jwt.get_unverified_header(token)
    kid = header.get("kid")
    if header.get("alg") != "EdDSA" or not isinstance(kid, str):
        raise ValueError("not a token of ours")
    return kid


def _principal(claims: dict[str, Any]) -> Principal:
    issued_at = datetime.fromtimestamp(claims["iat"] / 1_000, UTC)
    expires_at = datetime.fromtimestamp(claims["exp"], UTC)
    if not issued_at - _SKEW <= clock.now() < expires_at:
        raise ValueError("not valid yet, or no longer")
    return Principal(UUID(claims["sub"]), Role(claims["role"]), UUID(claims["sid"]), issued_at, expires_at)


def _refusal() -> Unauthenticated:
    return Unauthenticated("The token is not valid, or no longer. Please sign in again.")
