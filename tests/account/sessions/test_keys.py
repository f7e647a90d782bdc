"""Keys in files: their order, and what happens when they change."""

import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from structlog.testing import capture_logs

from subgraphs.account.sessions.keys import KeyFiles, keys_of, pem_of

ONE, TWO, THREE = (Ed25519PrivateKey.generate() for _ in range(3))


def public(keys: list[Ed25519PrivateKey] | None) -> list[bytes]:
    return [key.public_key().public_bytes_raw() for key in keys or []]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    written = tmp_path / "keys.pem"
    written.write_text(pem_of([ONE, TWO]))
    return written


def test_a_file_holds_several_keys_in_order(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    other.write_text(f"\n{pem_of([THREE])}\n\n")
    assert public(KeyFiles([other, file]).read()) == public([THREE, ONE, TWO])


def test_a_change_is_seen_once(file: Path) -> None:
    files = KeyFiles([file], every=0)
    assert files.changed() is None
    file.write_text(pem_of([TWO, ONE, THREE]))
    assert public(files.changed()) == public([TWO, ONE, THREE])
    assert files.changed() is None


def test_files_are_looked_at_every_few_seconds_only(file: Path) -> None:
    files = KeyFiles([file], every=3_600)
    file.write_text(pem_of([THREE]))
    assert files.changed() is None


@pytest.mark.parametrize("broken", ["", "nonsense", pem_of([ONE])[:60], None], ids=["empty", "nonsense", "cut", "none"])
def test_what_can_not_be_read_changes_nothing_until_it_can(file: Path, broken: str | None) -> None:
    files = KeyFiles([file], every=0)
    if broken is None:
        file.unlink()
    else:
        file.write_text(broken)
    with capture_logs() as logs:
        assert files.changed() is None
    assert logs[0]["event"] == "signing_keys_unreadable"
    file.write_text(pem_of([THREE]))
    os.utime(file)
    assert public(files.changed()) == public([THREE])


def test_a_file_without_a_key_is_refused(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("\n")
    with pytest.raises(TypeError, match="no Ed25519"):
        keys_of(empty)
