"""Access tokens: short-lived JWTs that every subgraph verifies by itself with the keys published here."""

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import jwt
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .keys import KeyFiles

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class SigningKey:
    private: Ed25519PrivateKey

    def jwk(self) -> dict[str, str]:
        """The public half, with its RFC 7638 thumbprint as the key id."""
        point = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        members = {"crv": "Ed25519", "kty": "OKP", "x": _base64url(point)}
        thumbprint = hashlib.sha256(json.dumps(members, separators=(",", ":"), sort_keys=True).encode()).digest()
        return {**members, "alg": "EdDSA", "use": "sig", "kid": _base64url(thumbprint)}


class TokenSigner:
    """Signs with the first of its keys and publishes all: a key is rotated in behind and out in front."""

    def __init__(
        self,
        keys: Sequence[SigningKey],
        *,
        issuer: str,
        audience: str,
        lifetime: timedelta,
        files: KeyFiles | None = None,
    ) -> None:
        if not keys:
            raise ValueError("account needs at least one signing key")
        self._keys = keys
        self._files = files
        self._claims = {"iss": issuer, "aud": audience}
        self._lifetime = lifetime

    @property
    def jwks(self) -> dict[str, list[dict[str, str]]]:
        return {"keys": [key.jwk() for key in self._current()]}

    def _current(self) -> Sequence[SigningKey]:
        """As the files have them now, or a few seconds ago."""
        changed = self._files.changed() if self._files else None
        if changed:
            self._keys = [SigningKey(key) for key in changed]
            logger.info("signing_keys_changed", key_ids=[key.jwk()["kid"] for key in self._keys])
        return self._keys

    def sign(self, user_id: UUID, role: str, session_id: UUID, at: datetime) -> tuple[str, datetime]:
        """The token, and the instant from which it is worthless. `iat` is in milliseconds, `exp` in seconds."""
        expires_at = (at + self._lifetime).replace(microsecond=0)
        claims = {
            **self._claims,
            "sub": str(user_id),
            "role": role,
            "sid": str(session_id),
            "iat": int(at.timestamp() * 1000),
            "exp": int(expires_at.timestamp()),
        }
        key = self._current()[0]
        token = jwt.encode(claims, key.private, algorithm="EdDSA", headers={"kid": key.jwk()["kid"]})
        return token, expires_at


def _base64url(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()
