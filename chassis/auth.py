"""From the Authorization header to a principal: Ed25519 JWTs of the account service, and nothing else, are believed."""

import hashlib
from base64 import urlsafe_b64decode
from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from nacl.exceptions import CryptoError
from nacl.signing import VerifyKey
from pydantic import BaseModel

from chassis import clock
from chassis.errors import Unauthenticated
from chassis.jwks import KeySource
from chassis.principal import ANONYMOUS as ANONYMOUS
from chassis.principal import Principal as Principal
from chassis.principal import Role as Role
from chassis.revocations import Revocations

_LONGEST_TOKEN = 4_096
_KEPT_TOKENS = 10_000
_KEPT_HEADERS = 64
# `iat` is the database's clock, which may be ahead of this machine's.
_SKEW = timedelta(minutes=1)


class TokenVerifier:
    """Checks tokens. What was checked is remembered by its hash until it expires, or it or its key is revoked."""

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
        """Raise Unauthenticated once the token behind it has expired or it or its key was revoked, Unavailable while
        unknown.
        """
        if principal.user_id is None or principal.expires_at is None or principal.issued_at is None:
            return
        if principal.expires_at <= clock.now():
            raise _refusal()
        if principal.key_id is not None and await self.keys.key(principal.key_id) is None:
            raise _refusal()
        revoked_at = await self.revocations.revoked_at(principal.user_id)
        if revoked_at is not None and principal.issued_at <= revoked_at:
            raise _refusal()

    def good_for(self, principal: Principal) -> float:
        """Seconds until the token has expired, or too little is known of what was revoked: then it is to be judged."""
        if principal.user_id is None or principal.expires_at is None:
            return float("inf")
        return min((principal.expires_at - clock.now()).total_seconds(), self.revocations.known_for())

    def _remember(self, digest: bytes, principal: Principal) -> None:
        self._known[digest] = principal
        if len(self._known) > _KEPT_TOKENS:
            self._known.popitem(last=False)

    async def _verified(self, token: str) -> Principal:
        try:
            said, _, signature = token.rpartition(".")
            key_id = _key_id(said.partition(".")[0])
            key = await self.keys.key(key_id)
            if key is None:
                raise _refusal()
            return self._principal(_read(said, signature, key), key_id)
        except (jwt.PyJWTError, CryptoError, ValueError, OverflowError) as error:
            raise _refusal() from error

    def _principal(self, claims: "_Claims", key_id: str) -> Principal:
        if (claims.iss, claims.aud) != (self.issuer, self.audience):
            raise ValueError("another's, or for another")
        # `iat` is in milliseconds, unlike the others.
        issued_at, expires_at = _instant(claims.iat / 1_000), _instant(claims.exp)
        if not max(issued_at - _SKEW, _instant(claims.nbf)) <= clock.now() < expires_at:
            raise ValueError("not valid yet, or no longer")
        return Principal(claims.sub, claims.role, claims.sid, issued_at, expires_at, key_id)


class _Claims(BaseModel):
    iss: str
    aud: str
    sub: UUID
    role: Role
    sid: UUID
    iat: int
    exp: int
    nbf: int = 0


@lru_cache(_KEPT_HEADERS)
def _key_id(header: str) -> str:
    """Read from the first part of a token, which is the same in all that are signed with one key."""
    said = jwt.get_unverified_header(f"{header}..")
    kid = said.get("kid")
    if said.get("alg") != "EdDSA" or "crit" in said or not isinstance(kid, str):
        raise ValueError("not a token of ours")
    return kid


def _read(said: str, signature: str, key: Ed25519PublicKey) -> _Claims:
    """A signature is checked by libsodium in half the time that OpenSSL takes: most of what a first request costs."""
    VerifyKey(key.public_bytes_raw()).verify(said.encode(), _decoded(signature))
    return _Claims.model_validate_json(_decoded(said.partition(".")[2]))


def _decoded(part: str) -> bytes:
    return urlsafe_b64decode(part + "==")


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _refusal() -> Unauthenticated:
    return Unauthenticated("The token is not valid, or no longer. Please sign in again.")
