"""What of a person is shown to whom."""

from uuid import UUID

import pytest
from sqlalchemy import text

from chassis.testing import SubgraphUnderTest

SIGN_UP = """
mutation SignUp($email: String!) {
  signUp(input: {email: $email, password: "correct horse battery", displayName: "Mina"}) { user { id } } }"""
ENTITIES = """
query Entities($representations: [_Any!]!) {
  _entities(representations: $representations) { ... on Viewer { id email } ... on User { id displayName } } }"""


@pytest.fixture
async def mina(account: SubgraphUnderTest) -> UUID:
    return UUID((await account.graphql(SIGN_UP, {"email": "mina@example.com"})).data["signUp"]["user"]["id"])


@pytest.fixture
async def jun(account: SubgraphUnderTest) -> UUID:
    return UUID((await account.graphql(SIGN_UP, {"email": "jun@example.com"})).data["signUp"]["user"]["id"])


def viewer(user_id: UUID) -> dict[str, object]:
    return {"representations": [{"__typename": "Viewer", "id": str(user_id)}]}


async def test_the_viewer_is_whom_the_token_names(account: SubgraphUnderTest, mina: UUID) -> None:
    answer = await account.graphql("{ viewer { id email } }", user=mina)
    assert answer.data == {"viewer": {"id": str(mina), "email": "mina@example.com"}}


async def test_nobody_signed_in_is_no_viewer_and_no_error(account: SubgraphUnderTest, mina: UUID) -> None:
    answer = await account.graphql("{ viewer { id } }")
    assert (answer.data, answer.errors) == ({"viewer": None}, [])


async def test_a_viewer_is_answered_to_their_own_token(account: SubgraphUnderTest, mina: UUID) -> None:
    answer = await account.graphql(ENTITIES, viewer(mina), user=mina)
    assert answer.data == {"_entities": [{"id": str(mina), "email": "mina@example.com"}]}


async def test_a_viewer_is_nothing_to_anybody_else(account: SubgraphUnderTest, mina: UUID, jun: UUID) -> None:
    for asked_by in (jun, None):
        answer = await account.graphql(ENTITIES, viewer(mina), user=asked_by)
        assert answer.data == {"_entities": [None]}
        assert "mina@example.com" not in str(answer)


async def test_everybody_sees_a_user(account: SubgraphUnderTest, mina: UUID) -> None:
    answer = await account.graphql("query User($id: ID!) { user(id: $id) { displayName } }", {"id": str(mina)})
    assert answer.data == {"user": {"displayName": "Mina"}}


async def test_somebody_who_left_is_still_answered_but_not_by_name(account: SubgraphUnderTest, mina: UUID) -> None:
    async with account.database.transaction() as session:
        await session.execute(text("update users set deleted_at = now()"))
    references = {"representations": [{"__typename": "User", "id": str(mina)}]}
    answer = await account.graphql(ENTITIES, references)
    assert answer.data == {"_entities": [{"id": str(mina), "displayName": "Former guest"}]}
    assert (await account.graphql("{ viewer { id } }", user=mina)).data == {"viewer": None}


async def test_fifty_users_cost_one_statement(account: SubgraphUnderTest, mina: UUID, jun: UUID) -> None:
    references = [{"__typename": "User", "id": str(user_id)} for user_id in [mina, jun, UUID(int=7)] * 17]
    account.sql.clear()
    answer = await account.graphql(ENTITIES, {"representations": references})
    assert len(account.sql) == 1
    assert answer.data["_entities"][:3] == [
        {"id": str(mina), "displayName": "Mina"}, {"id": str(jun), "displayName": "Mina"}, None,
    ]  # fmt: skip


async def test_an_id_that_is_none_is_refused(account: SubgraphUnderTest) -> None:
    answer = await account.graphql('{ user(id: "1 or 1=1") { id } }')
    assert answer.codes == ["INVALID_INPUT"]
    assert answer.errors[0]["extensions"]["fields"] == [{"field": "id", "code": "NOT_A_UUID"}]
