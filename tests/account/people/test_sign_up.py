"""Signing up, through the graph."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from chassis.testing import Answer, SubgraphUnderTest

SIGN_UP = """
mutation SignUp($input: SignUpInput!) {
  signUp(input: $input) { accessToken refreshToken role user { id displayName isHost } }
}"""
SIGN_IN = "mutation ($input: SignInInput!) { signIn(input: $input) { user { id } } }"
INPUT = {"email": "Mina@Example.com", "password": "correct horse battery", "displayName": " Mina "}


async def sign_up(account: SubgraphUnderTest, **changed: Any) -> Answer:
    return await account.graphql(SIGN_UP, {"input": INPUT | changed})


async def people(account: SubgraphUnderTest) -> list[Any]:
    async with account.database.reading() as session:
        return list(await session.execute(text("select email, password_hash, role from users")))


async def test_who_signs_up_is_a_guest_and_signed_in(account: SubgraphUnderTest) -> None:
    answer = await sign_up(account)
    assert answer.errors == []
    session = answer.data["signUp"]
    assert (session["role"], session["user"]["displayName"], session["user"]["isHost"]) == ("GUEST", "Mina", False)
    viewer = await account.graphql("{ viewer { email emailVerified user { id } } }", token=session["accessToken"])
    assert viewer.data["viewer"] == {
        "email": "Mina@example.com", "emailVerified": False, "user": {"id": session["user"]["id"]},
    }  # fmt: skip


async def test_the_world_hears_of_it_without_the_email(account: SubgraphUnderTest) -> None:
    user_id = (await sign_up(account, role="HOST")).data["signUp"]["user"]["id"]
    [said] = await account.published()
    assert (said.name, said.key) == ("account.user.registered", user_id)
    assert said.payload.keys() == {"user_id", "role", "at"}
    assert said.payload["role"] == "HOST"


async def test_the_password_is_stored_as_argon2id_only(account: SubgraphUnderTest) -> None:
    await sign_up(account)
    [(_, password_hash, _)] = await people(account)
    assert password_hash.startswith("$argon2id$")
    assert INPUT["password"] not in password_hash


async def test_an_email_is_taken_whatever_its_case(account: SubgraphUnderTest) -> None:
    await sign_up(account)
    answer = await sign_up(account, email="mINA@example.COM", displayName="Other")
    assert answer.codes == ["EMAIL_TAKEN"]
    assert len(await people(account)) == 1
    assert len(await account.published()) == 1


@pytest.mark.parametrize(
    ("first", "same"),
    [
        ("ren\u00e9@example.com", "rene\u0301@example.com"),
        ("a@ex\u00e4mple.com", "a@xn--exmple-cua.com"),
        ("a@example.com", "a@\uff45xample.com"),
        ("a@example.com", "a@example\u3002com"),
    ],
)
async def test_an_email_is_one_however_its_letters_are_written(
    account: SubgraphUnderTest, first: str, same: str
) -> None:
    signed_up = await sign_up(account, email=first)
    assert (await sign_up(account, email=same)).codes == ["EMAIL_TAKEN"]
    given = {"email": same, "password": INPUT["password"]}
    answer = await account.graphql(SIGN_IN, {"input": given})
    assert answer.data["signIn"]["user"] == {"id": signed_up.data["signUp"]["user"]["id"]}


async def test_of_twenty_who_sign_up_with_one_email_at_once_one_does(account: SubgraphUnderTest) -> None:
    answers = await asyncio.gather(*(sign_up(account) for _ in range(20)))
    codes = sorted(code for answer in answers for code in answer.codes)
    assert codes == ["EMAIL_TAKEN"] * 19
    assert len(await people(account)) == 1
    assert len(await account.published()) == 1


async def test_nobody_becomes_administrator_by_asking(account: SubgraphUnderTest) -> None:
    answer = await sign_up(account, role="ADMIN")
    assert answer.codes == ["INVALID_INPUT"]
    assert answer.errors[0]["extensions"]["fields"] == [{"field": "role", "code": "NOT_ALLOWED"}]
    assert await people(account) == []
    assert await account.published() == []


async def test_nobody_signs_up_with_what_is_no_phone_number(account: SubgraphUnderTest) -> None:
    answer = await sign_up(account, phoneNumber="+47 555")
    assert answer.codes == ["INVALID_INPUT"]
    assert answer.errors[0]["extensions"]["fields"] == [{"field": "phoneNumber", "code": "NOT_A_PHONE_NUMBER"}]
    assert await people(account) == []


async def test_a_refused_password_is_not_repeated_in_the_error(account: SubgraphUnderTest) -> None:
    answer = await sign_up(account, password="secret-8")
    assert answer.codes == ["INVALID_INPUT"]
    assert "secret-8" not in str(answer.errors)


async def test_a_nul_character_is_refused_wherever_it_reaches_the_database(account: SubgraphUnderTest) -> None:
    sign_in = 'mutation { signIn(input: {email: "a\\u0000b", password: "correct horse battery"}) { role } }'
    answer = await account.graphql(sign_in)
    assert answer.codes == ["INVALID_INPUT"]
