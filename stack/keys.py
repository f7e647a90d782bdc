"""The secrets of one machine's stack: made once, kept where only their owner reads them."""

import base64
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat


@dataclass(frozen=True)
class Secrets:
    signing_key_file: Path
    """Ed25519, PEM: account signs tokens with it."""
    portone_api_secret: str
    portone_webhook_secret: str


def keep_secrets(folder: Path) -> Secrets:
    """Read the secrets of this stack; make those that are missing."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    signing_key_file = folder / "signing-key.pem"
    _keep(signing_key_file, _signing_key)
    return Secrets(
        signing_key_file=signing_key_file,
        portone_api_secret=_keep(folder / "portone-api-secret", lambda: secrets.token_urlsafe(32)),
        portone_webhook_secret=_keep(folder / "portone-webhook-secret", _webhook_secret),
    )


def _keep(file: Path, make: Callable[[], str]) -> str:
    if not file.exists():
        unfinished = file.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as out:
            out.write(make())
        unfinished.rename(file)
    return file.read_text()


def _signing_key() -> str:
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _webhook_secret() -> str:
    """As Standard Webhooks writes secrets."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
