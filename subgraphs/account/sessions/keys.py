"""Signing keys in files: read again when a file changes, so that a key is rotated while everything runs."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

logger = structlog.get_logger(__name__)

_END = "-----END PRIVATE KEY-----"


def keys_of(file: Path) -> list[Ed25519PrivateKey]:
    """All keys of a PEM file in their order."""
    blocks = [block for block in file.read_text().split(_END) if block.strip()]
    keys = [load_pem_private_key(f"{block.strip()}\n{_END}\n".encode(), password=None) for block in blocks]
    found = [key for key in keys if isinstance(key, Ed25519PrivateKey)]
    if not found or len(found) < len(keys):
        raise TypeError(f"{file} holds no Ed25519 private key, or others too")
    return found


def pem_of(keys: Sequence[Ed25519PrivateKey]) -> str:
    written = (key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode() for key in keys)
    return "".join(written)


@dataclass
class KeyFiles:
    """Several files, or one with several keys, or both: their order is that of the keys."""

    files: Sequence[Path]
    every: float = 5
    """Seconds between two looks at the files."""

    def __post_init__(self) -> None:
        self._seen = self._state()
        self._looked_at = time.monotonic()

    def read(self) -> list[Ed25519PrivateKey]:
        return [key for file in self.files for key in keys_of(file)]

    def changed(self) -> list[Ed25519PrivateKey] | None:
        """The keys if they are others than before. Files that can't be read, or are half written, change nothing."""
        if time.monotonic() - self._looked_at < self.every:
            return None
        self._looked_at = time.monotonic()
        try:
            state = self._state()
            if state == self._seen:
                return None
            keys = self.read()
        except (OSError, ValueError, TypeError) as error:
            # Without a traceback, which might show part of a key.
            logger.error("signing_keys_unreadable", reason=type(error).__name__)  # noqa: TRY400
            return None
        self._seen = state
        return keys

    def _state(self) -> list[tuple[int, int, int]]:
        return [(found.st_mtime_ns, found.st_ino, found.st_size) for found in (file.stat() for file in self.files)]
