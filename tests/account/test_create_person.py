"""The command that makes the first administrator."""

import pytest
from sqlalchemy import text

from chassis.errors import InvalidInput
from chassis.testing import SubgraphUnderTest
from subgraphs.account.create_person import create_person
from subgraphs.account.people.tables import User
from subgraphs.account.settings import Settings

SIGN_IN = """
mutation { signIn(input: {email: "admin@example.com", password: "correct horse battery"}) { role } }"""


def administrator() -> User:
    return User(email="admin@example.com", password_hash="", display_name="Admin", role="ADMIN")


@pytest.fixture
def settings(account: SubgraphUnderTest) -> Settings:
    assert isinstance(account.settings, Settings)
    return account.settings


async def test_the_administrator_it_makes_can_sign_in(account: SubgraphUnderTest, settings: Settings) -> None:
    assert "is ADMIN" in await create_person(settings, administrator(), "correct horse battery")
    assert (await account.graphql(SIGN_IN)).data == {"signIn": {"role": "ADMIN"}}


async def test_run_twice_it_changes_nothing(account: SubgraphUnderTest, settings: Settings) -> None:
    await create_person(settings, administrator(), "correct horse battery")
    assert "is there already" in await create_person(settings, administrator(), "another password")
    assert (await account.graphql(SIGN_IN)).errors == []
    assert len(await account.published()) == 1


async def test_a_password_nobody_could_sign_up_with_is_refused(account: SubgraphUnderTest, settings: Settings) -> None:
    with pytest.raises(InvalidInput):
        await create_person(settings, administrator(), "short")
    async with account.database.reading() as session:
        assert (await session.execute(text("select count(*) from users"))).scalar() == 0
