"""The secrets of a stack: made once, readable for their owner only."""

import base64
import stat
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from stack.keys import keep_secrets


def test_secrets_are_made_once_and_kept(tmp_path: Path) -> None:
    first = keep_secrets(tmp_path / "secrets")
    key = first.signing_key_file.read_text()
    assert keep_secrets(tmp_path / "secrets") == first
    assert first.signing_key_file.read_text() == key


def test_two_stacks_share_no_secret(tmp_path: Path) -> None:
    one, other = keep_secrets(tmp_path / "one"), keep_secrets(tmp_path / "other")
    assert one.portone_api_secret != other.portone_api_secret
    assert one.portone_webhook_secret != other.portone_webhook_secret
    assert one.signing_key_file.read_text() != other.signing_key_file.read_text()


def test_only_their_owner_can_read_them(tmp_path: Path) -> None:
    keep_secrets(tmp_path / "secrets")
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "secrets").iterdir()}
    assert modes == {"signing-key.pem": 0o600, "portone-api-secret": 0o600, "portone-webhook-secret": 0o600}


def test_each_has_the_form_its_reader_wants(tmp_path: Path) -> None:
    made = keep_secrets(tmp_path / "secrets")
    key = load_pem_private_key(made.signing_key_file.read_bytes(), password=None)
    assert isinstance(key, Ed25519PrivateKey)
    prefix, _, encoded = made.portone_webhook_secret.partition("_")
    assert prefix == "whsec"
    assert len(base64.b64decode(encoded, validate=True)) == 32
