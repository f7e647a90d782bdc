"""Keys: what is published, and that one can be rotated out behind another."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from subgraphs.account.sessions.keys import keys_of
from subgraphs.account.sessions.tokens import SigningKey, TokenSigner

USER, SESSION = UUID(int=1), UUID(int=2)
AT = datetime(2026, 11, 23, 12, 0, 0, 123_456, tzinfo=UTC)


def signer(*keys: SigningKey) -> TokenSigner:
    return TokenSigner(keys, issuer="us", audience="all", lifetime=timedelta(minutes=15))


def a_key() -> SigningKey:
    return SigningKey(Ed25519PrivateKey.generate())


def test_the_first_key_signs_and_all_are_published() -> None:
    new, old = a_key(), a_key()
    token, _ = signer(new, old).sign(USER, "GUEST", SESSION, AT)
    assert jwt.get_unverified_header(token) == {"alg": "EdDSA", "typ": "JWT", "kid": new.jwk()["kid"]}
    assert [key["kid"] for key in signer(new, old).jwks["keys"]] == [new.jwk()["kid"], old.jwk()["kid"]]


def test_a_token_of_the_key_before_is_still_good_by_the_published_keys() -> None:
    new, old = a_key(), a_key()
    token, _ = signer(old).sign(USER, "GUEST", SESSION, AT)
    keys = jwt.PyJWKSet.from_dict(signer(new, old).jwks)
    key = keys[jwt.get_unverified_header(token)["kid"]]
    options = {"verify_iat": False, "verify_exp": False}
    assert jwt.decode(token, key, algorithms=["EdDSA"], audience="all", options=options)["sub"] == str(USER)


def test_only_the_public_half_is_published() -> None:
    assert a_key().jwk().keys() == {"kty", "crv", "x", "alg", "use", "kid"}


def test_the_key_id_is_the_thumbprint_of_rfc_8037() -> None:
    private = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
    key = SigningKey(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(private)))
    assert key.jwk()["kid"] == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_iat_is_in_milliseconds_and_exp_a_quarter_of_an_hour_later_in_seconds() -> None:
    token, expires_at = signer(a_key()).sign(USER, "GUEST", SESSION, AT)
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["iat"] == 1_795_435_200_123
    assert claims["exp"] == 1_795_436_100
    assert expires_at == datetime(2026, 11, 23, 12, 15, tzinfo=UTC)


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    key = generate_private_key(SECP256R1())
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(TypeError, match="no Ed25519"):
        keys_of(file)


def test_without_a_key_nothing_starts() -> None:
    with pytest.raises(ValueError, match="at least one"):
        signer()
