"""Signing in, and the tokens one gets for it."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import jwt
import pytest
from sqlalchemy import text

from chassis.testing import Answer, SubgraphUnderTest

PASSWORD = "correct horse battery"
SIGN_UP = """
mutation SignUp($email: String!, $role: Role!) {
  signUp(input: {email: $email, password: "correct horse battery", displayName: "Mina", role: $role}) { user { id } }
}"""
SIGN_IN = """
mutation SignIn($email: String!, $password: String!) {
  signIn(input: {email: $email, password: $password}) { accessToken accessTokenExpiresAt role user { id } } }"""

SignIn = Callable[..., Awaitable[Answer]]


@pytest.fixture
async def user_id(account: SubgraphUnderTest) -> UUID:
    answer = await account.graphql(SIGN_UP, {"email": "mina@example.com", "role": "HOST"})
    return UUID(answer.data["signUp"]["user"]["id"])


@pytest.fixture
def sign_in(account: SubgraphUnderTest) -> SignIn:
    async def sign_in(email: str = "mina@example.com", password: str = PASSWORD) -> Answer:
        return await account.graphql(SIGN_IN, {"email": email, "password": password})

    return sign_in


async def test_the_email_is_taken_in_any_case(sign_in: SignIn, user_id: UUID) -> None:
    assert (await sign_in("MINA@Example.com ")).data["signIn"]["user"]["id"] == str(user_id)


async def test_the_access_token_says_who_and_for_how_long(
    account: SubgraphUnderTest, sign_in: SignIn, user_id: UUID
) -> None:
    session = (await sign_in()).data["signIn"]
    claims = jwt.decode(session["accessToken"], options={"verify_signature": False})
    assert claims.keys() == {"iss", "aud", "sub", "role", "sid", "iat", "exp"}
    assert (claims["sub"], claims["role"]) == (str(user_id), "HOST")
    assert (claims["iss"], claims["aud"]) == ("https://overthere.example", "overthere")
    assert 899 <= claims["exp"] - claims["iat"] / 1000 <= 900


async def test_anybody_can_verify_it_with_the_published_keys(
    account: SubgraphUnderTest, sign_in: SignIn, user_id: UUID
) -> None:
    token = (await sign_in()).data["signIn"]["accessToken"]
    published = {key.key_id: key for key in jwt.PyJWKSet.from_dict(await account.get("/.well-known/jwks.json")).keys}
    key = published[jwt.get_unverified_header(token)["kid"]]
    # iat is in milliseconds there, which PyJWT would take for a distant future.
    claims = jwt.decode(token, key, algorithms=["EdDSA"], audience="overthere", options={"verify_iat": False})
    assert claims["sub"] == str(user_id)


async def test_an_unknown_email_and_a_wrong_password_are_answered_alike(sign_in: SignIn, user_id: UUID) -> None:
    unknown, wrong = await sign_in("nobody@example.com"), await sign_in(password="wrong horse battery")
    assert unknown.codes == wrong.codes == ["WRONG_CREDENTIALS"]
    assert unknown.errors[0]["message"] == wrong.errors[0]["message"]


async def test_a_suspended_person_is_told_so_only_after_the_right_password(
    account: SubgraphUnderTest, sign_in: SignIn, user_id: UUID
) -> None:
    async with account.database.transaction() as session:
        await session.execute(text("update users set suspended_at = now(), suspension_reason = 'fraud'"))
    assert (await sign_in(password="wrong horse battery")).codes == ["WRONG_CREDENTIALS"]
    refused = await sign_in()
    assert refused.codes == ["SUSPENDED"]
    assert "fraud" not in str(refused.errors)


async def test_a_refused_sign_in_leaves_no_session(account: SubgraphUnderTest, sign_in: SignIn, user_id: UUID) -> None:
    await sign_in(password="wrong horse battery")
    async with account.database.reading() as session:
        assert (await session.execute(text("select count(*) from refresh_tokens"))).scalar() == 1  # of signing up
