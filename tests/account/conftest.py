"""account as a service, signing with the key the tests know."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from chassis.testing import Servers, SubgraphUnderTest, subgraph_under_test
from chassis.testing_tokens import TokenIssuer
from subgraphs.account.sessions.tokens import SigningKey
from tests.account.world import Desk, World


@pytest.fixture(scope="session")
async def account(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SubgraphUnderTest]:
    key = Ed25519PrivateKey.generate()
    file = pem(key, tmp_path_factory.mktemp("keys") / "signing.pem")
    tokens = TokenIssuer(key, SigningKey(key).jwk()["kid"])
    async with subgraph_under_test("account", servers, tokens=tokens, signing_key_files=[file]) as under_test:
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


def pem(key: Ed25519PrivateKey, file: Path) -> Path:
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return file
