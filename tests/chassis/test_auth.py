"""Only a token that the account service signed, for us and for now, says who somebody is."""

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chassis import clock
from chassis.auth import ANONYMOUS, Role, TokenVerifier, _read
from chassis.errors import Unauthenticated, Unavailable
from chassis.jwks import FixedKeys
from chassis.revocations import FixedRevocations
from tests.chassis.tokens import AUDIENCE, ISSUER, KEY, SESSION, USER, bearer, claims, signed, verifier


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What had its signature checked."""
    found: list[str] = []

    def read(said: str, signature: str, key: Ed25519PublicKey) -> Any:
        found.append(f"{said}.{signature}")
        return _read(said, signature, key)

    monkeypatch.setattr("chassis.auth._read", read)
    return found


def part(value: Any) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


async def test_a_token_tells_who_it_is() -> None:
    body = claims(Role.HOST)
    principal = await verifier().principal(f"Bearer {signed(body)}")
    assert (principal.user_id, principal.role, principal.session_id) == (USER, Role.HOST, SESSION)
    assert principal.issued_at == datetime.fromtimestamp(body["iat"] / 1000, UTC)
    assert principal.expires_at == datetime.fromtimestamp(body["exp"], UTC)


@pytest.mark.parametrize("authorization", [None, ""])
async def test_without_a_header_it_is_nobody(authorization: str | None) -> None:
    principal = await verifier().principal(authorization)
    assert principal == ANONYMOUS
    assert principal.role is None
    with pytest.raises(Unauthenticated):
        principal.require_user()


async def test_the_scheme_is_heard_in_any_case() -> None:
    assert (await verifier().principal(f"bearer {signed(claims())}")).require_user() == USER


@pytest.mark.parametrize("authorization", ["Bearer", "Bearer ", "Basic abc", "token", "Bearer a b c", "Bearer \u00e9"])
async def test_any_other_header_is_refused_and_not_taken_for_nobody(authorization: str) -> None:
    with pytest.raises(Unauthenticated):
        await verifier().principal(authorization)


PUBLIC_PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
RAW_PUBLIC = KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in claims().items() if key != name}


BAD: dict[str, str] = {
    "no signature": f"{part({'alg': 'none', 'kid': 'one'})}.{part(claims())}.",
    "no signature, in capitals": f"{part({'alg': 'NONE', 'kid': 'one'})}.{part(claims())}.",
    "the public key as a shared secret": signed(claims(), RAW_PUBLIC, algorithm="HS256"),
    "a shared secret": signed(claims(), "s" * 64, algorithm="HS256"),
    "another algorithm": signed(claims(), rsa.generate_private_key(65537, 2048), algorithm="RS256"),
    "another curve": signed(claims(), Ed448PrivateKey.generate()),
    "a foreign key under a known id": signed(claims(), Ed25519PrivateKey.generate()),
    "an unknown key id": signed(claims(), headers={"kid": "two"}),
    "no key id": signed(claims(), headers={"typ": "JWT"}),
    "a key id that is no text": f"{part({'alg': 'EdDSA', 'kid': 1})}.{part(claims())}.AAAA",
    "a critical header nobody knows": signed(claims(), headers={"kid": "one", "crit": ["x"], "x": 1}),
    "another issuer": signed(claims(iss="https://elsewhere.example")),
    "another audience": signed(claims(aud="elsewhere")),
    "expired": signed(claims(seconds=-1)),
    "not valid yet": signed(claims(nbf=2**33)),
    "issued in the future": signed(claims(iat=int((datetime.now(UTC) + timedelta(days=1)).timestamp() * 1000))),
    "issued at no time": signed(claims(iat="soon")),
    "issued too late for any calendar": signed(claims(iat=10**30)),
    "expires too late for any calendar": signed(claims(exp=10**30)),
    "a subject that is no id": signed(claims(sub="admin")),
    "an unknown role": signed(claims(role="ROOT")),
    "a role that is none": signed(claims(role=["ADMIN"])),
    "a session that is no id": signed(claims(sid="x")),
    "not a token": "a.b.c",
    "two parts": "a.b",
    "far too long": signed(claims(extra="x" * 5_000)),
    "dots": "....",
} | {f"without {name}": signed(without(name)) for name in ("iss", "aud", "sub", "role", "sid", "iat", "exp")}


@pytest.mark.parametrize("what", BAD)
async def test_a_bad_token_is_refused(what: str) -> None:
    with pytest.raises(Unauthenticated) as refused:
        await verifier().verify(BAD[what])
    assert refused.value.extensions == {"code": "UNAUTHENTICATED"}
    assert BAD[what] not in refused.value.message


async def test_every_changed_byte_breaks_the_token() -> None:
    token = signed(claims())
    header, body, signature = token.split(".")
    other = claims(Role.ADMIN)
    with pytest.raises(Unauthenticated):
        await verifier().verify(f"{header}.{part(other)}.{signature}")
    for at in range(0, len(signature) - 1, 7):
        changed = signature[:at] + ("A" if signature[at] != "A" else "B") + signature[at + 1 :]
        with pytest.raises(Unauthenticated):
            await verifier().verify(f"{header}.{body}.{changed}")


async def test_a_token_is_checked_once_and_remembered(checked: list[str]) -> None:
    checks = verifier()
    token = signed(claims())
    first = await checks.verify(token)
    assert await checks.verify(token) is first
    assert checked == [token]


async def test_a_remembered_token_is_refused_once_its_key_is_withdrawn() -> None:
    """Else what a stolen key has signed would count for as long as the thief has written into it."""
    keys = {"one": KEY.public_key()}
    checks = TokenVerifier(FixedKeys(keys), FixedRevocations(), issuer=ISSUER, audience=AUDIENCE)
    token = signed(claims())
    holder = await checks.verify(token)
    del keys["one"]
    for _ in range(2):
        with pytest.raises(Unauthenticated):
            await checks.verify(token)
    with pytest.raises(Unauthenticated):
        await checks.ensure_good(holder)
    keys["one"] = KEY.public_key()
    assert (await checks.verify(token)).user_id == USER


async def test_a_remembered_token_expires_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    checks = verifier()
    token = signed(claims(seconds=900))
    await checks.verify(token)
    later = datetime.now(UTC) + timedelta(seconds=901)
    monkeypatch.setattr(clock, "now", lambda: later)
    for _ in range(2):
        with pytest.raises(Unauthenticated):
            await checks.verify(token)


async def test_a_refusal_is_not_remembered_as_somebody(checked: list[str]) -> None:
    checks = verifier()
    expired = signed(claims(seconds=-1))
    for _ in range(2):
        with pytest.raises(Unauthenticated):
            await checks.verify(expired)
    assert checked == [expired, expired]


async def test_only_so_many_tokens_are_remembered(checked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.auth._KEPT_TOKENS", 2)
    checks = verifier()
    tokens = [signed(claims(sub=str(UUID(int=number)))) for number in range(3)]
    for token in (*tokens, tokens[2], tokens[0]):
        await checks.verify(token)
    assert checked == [*tokens, tokens[0]]


async def test_two_keys_count_at_once() -> None:
    other = Ed25519PrivateKey.generate()
    keys = FixedKeys({"one": KEY.public_key(), "two": other.public_key()})
    checks = TokenVerifier(keys, FixedRevocations(), issuer=ISSUER, audience=AUDIENCE)
    assert (await checks.verify(signed(claims()))).user_id == USER
    assert (await checks.verify(signed(claims(), other, headers={"kid": "two"}))).user_id == USER
    with pytest.raises(Unauthenticated):
        await checks.verify(signed(claims(), other, headers={"kid": "one"}))


async def test_while_keys_are_away_nobody_is_told_to_sign_in_again() -> None:
    class Away:
        async def key(self, kid: str) -> Ed25519PublicKey | None:
            raise Unavailable(3)

    with pytest.raises(Unavailable) as refused:
        await TokenVerifier(Away(), FixedRevocations(), issuer=ISSUER, audience=AUDIENCE).principal(
            bearer()["authorization"]
        )
    assert refused.value.extensions == {"code": "UNAVAILABLE", "retryAfter": 3}


def test_the_tokens_of_these_tests_are_what_they_say() -> None:
    assert jwt.get_unverified_header(BAD["the public key as a shared secret"])["alg"] == "HS256"
    assert jwt.get_unverified_header(BAD["no signature"])["alg"] == "none"
    assert jwt.get_unverified_header(BAD["another curve"])["alg"] == "EdDSA"
