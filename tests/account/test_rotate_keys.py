"""A key is rotated while somebody stays signed in and notices nothing."""

import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis.auth import TokenVerifier
from chassis.errors import Unauthenticated
from chassis.jwks import RemoteKeys
from chassis.revocations import FixedRevocations
from subgraphs.account.rotate_keys import TooSoon, rotate
from subgraphs.account.sessions.keys import KeyFiles, keys_of, pem_of
from subgraphs.account.sessions.tokens import SigningKey, TokenSigner
from tests.account.world import World

ISSUER, AUDIENCE = "https://overthere.example", "overthere"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    written = tmp_path / "signing.pem"
    written.write_text(pem_of([Ed25519PrivateKey.generate()]))
    written.chmod(0o400)
    return written


@pytest.fixture
def signing(world: World, file: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """account as it is with that file, which it looks at each time."""
    files = KeyFiles([file], every=0)
    keys = [SigningKey(key) for key in files.read()]
    signer = TokenSigner(keys, issuer=ISSUER, audience=AUDIENCE, lifetime=timedelta(minutes=15), files=files)
    monkeypatch.setitem(world.account.resources._by_type, TokenSigner, signer)
    return world


def another_subgraph(world: World) -> TokenVerifier:
    """What any other process does with a token: the keys it knows, or those account publishes."""
    http = httpx.AsyncClient(transport=httpx.ASGITransport(world.account.app), base_url="http://test")
    keys = RemoteKeys("http://test/.well-known/jwks.json", pause=0, client=http)
    return TokenVerifier(keys, FixedRevocations(), issuer=ISSUER, audience=AUDIENCE)


async def test_a_signed_in_person_does_not_notice(signing: World, file: Path) -> None:
    mina = await signing.sign_up("mina")
    elsewhere, refresh = another_subgraph(signing), mina.refresh_token
    given = [mina.access_token]
    for step in ("add", "promote", "retire"):
        rotate(step, file, now=True)
        session = (await signing.refresh(refresh)).data["refreshSession"]
        refresh = session["refreshToken"]
        given.append(session["accessToken"])
        # The old key goes when the tokens it signed have ended.
        for token in given[-2:] if step == "retire" else given:
            for verifier in (elsewhere, another_subgraph(signing)):
                assert (await verifier.verify(token)).user_id == mina.id
    first, added, promoted, retired = (jwt.get_unverified_header(token)["kid"] for token in given)
    assert first == added != promoted == retired
    with pytest.raises(Unauthenticated):
        await another_subgraph(signing).verify(mina.access_token)


def test_each_step_waits_for_the_one_before(file: Path) -> None:
    rotate("add", file)
    for step, waited in (("promote", 5 * 60), ("retire", 16 * 60)):
        before = file.read_text()
        os.utime(file, (time.time() - waited + 5,) * 2)
        with pytest.raises(TooSoon, match="more seconds"):
            rotate(step, file)
        assert file.read_text() == before
        os.utime(file, (time.time() - waited - 1,) * 2)
        rotate(step, file)
    assert len(keys_of(file)) == 1


@pytest.mark.parametrize(("keys", "step"), [(1, "promote"), (1, "retire"), (2, "add"), (3, "retire")])
def test_a_step_that_does_not_follow_is_refused(file: Path, keys: int, step: str) -> None:
    file.chmod(0o600)
    file.write_text(pem_of([Ed25519PrivateKey.generate() for _ in range(keys)]))
    before = file.read_text()
    with pytest.raises(ValueError, match=r"two keys|under way"):
        rotate(step, file, now=True)
    assert file.read_text() == before


def test_the_file_stays_as_closed_as_it_was_and_nothing_lies_beside_it(file: Path) -> None:
    rotate("add", file)
    assert file.stat().st_mode & 0o777 == 0o400
    assert list(file.parent.iterdir()) == [file]


def test_it_is_a_command_that_needs_nothing_but_the_file(file: Path) -> None:
    command = [sys.executable, "-m", "subgraphs.account.rotate_keys"]
    done = subprocess.run([*command, "add", str(file)], env={}, capture_output=True, text=True, check=True)
    assert "2 key(s)" in done.stdout
    refused = subprocess.run([*command, "promote", str(file)], env={}, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "more seconds" in refused.stderr
    assert "PRIVATE" not in done.stdout + done.stderr + refused.stderr
