"""account as a service, signing with the key the tests know."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from chassis.revocations import PolledRevocations
from chassis.testing import Servers, SubgraphUnderTest, subgraph_under_test
from chassis.testing_tokens import TokenIssuer
from stack.ports import free_port
from subgraphs.account.sessions.attempts import Attempts
from subgraphs.account.sessions.tokens import SigningKey
from subgraphs.account.settings import Settings
from tests.account.mailroom import Mailroom, Moody, answering
from tests.account.world import Desk, World

# Many at once come from one address, and some of them are one person.
MANY = {"sign_in_tries_per_email": 1_000, "sign_in_tries_per_address": 1_000_000}


@pytest.fixture(scope="session")
async def account(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SubgraphUnderTest]:
    key = Ed25519PrivateKey.generate()
    file = pem(key, tmp_path_factory.mktemp("keys") / "signing.pem")
    tokens = TokenIssuer(key, SigningKey(key).jwk()["kid"])
    async with subgraph_under_test("account", servers, tokens=tokens, signing_key_files=[file], **MANY) as under_test:
        # Its own list, read every 20 seconds, would be counted with whatever is asked then; tests look by themselves.
        revocations = under_test.resources[PolledRevocations]
        await revocations.close()
        revocations.good_for = float("inf")
        yield under_test


@pytest.fixture(autouse=True)
async def empty(request: pytest.FixtureRequest) -> None:
    if "account" in request.fixturenames:
        await request.getfixturevalue("account").clear()


@pytest.fixture
def world(account: SubgraphUnderTest) -> World:
    return World(account)


@pytest.fixture
async def desk(world: World) -> Desk:
    return await world.desk()


@pytest.fixture
def limited(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Three tries an e-mail, six an address."""
    attempts = world.account.resources[Attempts]
    changed = {"sign_in_tries_per_email": 3, "sign_in_tries_per_address": 6, "attempts_window_seconds": 600}
    settings = world.account.settings.model_copy(update=changed)
    assert isinstance(settings, Settings)
    monkeypatch.setattr(attempts, "_settings", settings)
    return world


@pytest.fixture
def mailroom(world: World, tmp_path: Path) -> Mailroom:
    """Nobody answers there yet."""
    return Mailroom(world, tmp_path / "mails", free_port())


@pytest.fixture
async def postman(mailroom: Mailroom) -> AsyncIterator[Moody]:
    """Whoever answers at the mail server: friendly until told otherwise."""
    moody = Moody(mailroom.mails)
    async with answering(mailroom, moody):
        yield moody


def pem(key: Ed25519PrivateKey, file: Path) -> Path:
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return file
