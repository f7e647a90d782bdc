"""Tokens in every shape, good and bad."""

import time
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis.auth import TokenVerifier
from chassis.jwks import FixedKeys
from chassis.principal import Role
from chassis.revocations import FixedRevocations

ISSUER, AUDIENCE = "https://overthere.example", "overthere"
KEY = Ed25519PrivateKey.generate()
USER = UUID("01890000-0000-7000-8000-000000000001")
SESSION = UUID("01890000-0000-7000-8000-000000000002")


def claims(of: Role = Role.GUEST, /, *, seconds: float = 900, **changed: Any) -> dict[str, Any]:
    """What a good token says."""
    now = time.time()
    said = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(USER),
        "role": of.value,
        "sid": str(SESSION),
        "iat": int(now * 1000),
        "exp": int(now + seconds),
    }
    return said | changed


def signed(
    body: dict[str, Any], key: Any = KEY, *, algorithm: str = "EdDSA", headers: dict[str, Any] | None = None
) -> str:
    return jwt.encode(body, key, algorithm=algorithm, headers={"kid": "one"} if headers is None else headers)


def bearer(of: Role = Role.GUEST, /, **changed: Any) -> dict[str, str]:
    return {"authorization": f"Bearer {signed(claims(of, **changed))}"}


def verifier() -> TokenVerifier:
    return TokenVerifier(FixedKeys({"one": KEY.public_key()}), FixedRevocations(), issuer=ISSUER, audience=AUDIENCE)
