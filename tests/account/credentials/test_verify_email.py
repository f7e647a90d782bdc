"""An e-mail is verified by who reads its mail."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from chassis import clock
from chassis.testing import Answer
from tests.account.mailroom import Mailroom, Moody
from tests.account.world import PASSWORD, World

VERIFY = "mutation Verify($token: String!) { verifyEmail(token: $token) }"
CHANGE = """
mutation Change($password: String!, $email: String!) {
  changeEmail(currentPassword: $password, newEmail: $email) { email emailVerified } }"""


async def verify(world: World, token: str) -> Answer:
    return await world.account.graphql(VERIFY, {"token": token})


async def test_the_mailed_link_verifies(world: World, mailroom: Mailroom, postman: Moody) -> None:
    mina = await world.sign_up("mina")
    token = await mailroom.token(mina.email)
    assert (await verify(world, token)).data == {"verifyEmail": True}
    viewer = await world.account.graphql("{ viewer { emailVerified } }", token=mina.access_token)
    assert viewer.data == {"viewer": {"emailVerified": True}}
    assert (await verify(world, token)).codes == ["INVALID_INPUT"]


async def test_the_link_leads_to_a_page_with_the_token_where_no_server_sees_it(
    world: World, mailroom: Mailroom, postman: Moody
) -> None:
    mina = await world.sign_up("mina")
    token = await mailroom.token(mina.email)
    [mail] = await mailroom.mailed(mina.email)
    assert f"http://127.0.0.1:4000/account/verify-email#{token}" in mail.part("html")


@pytest.mark.parametrize("token", ["", "x", "x" * 5_000, "토큰", "a\0b"])
async def test_what_nobody_was_mailed_is_not_good(world: World, token: str) -> None:
    answer = await verify(world, token)
    assert answer.codes == ["INVALID_INPUT"]
    assert answer.errors[0]["extensions"]["fields"] == [{"field": "token", "code": "NOT_GOOD"}]


async def test_it_is_good_for_three_days(
    world: World, mailroom: Mailroom, postman: Moody, monkeypatch: pytest.MonkeyPatch
) -> None:
    mina = await world.sign_up("mina")
    token = await mailroom.token(mina.email)
    later = datetime.now(UTC) + timedelta(days=3, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert (await verify(world, token)).codes == ["INVALID_INPUT"]
    assert (await world.row(mina))["email_verified_at"] is None


async def test_no_token_is_stored(world: World, mailroom: Mailroom, postman: Moody) -> None:
    mina = await world.sign_up("mina")
    token = await mailroom.token(mina.email)
    for table in ("mailed_tokens", "notices", "outbox"):
        async with world.account.database.reading() as session:
            assert token not in str(list(await session.execute(text(f"select * from {table}"))))


async def test_a_new_email_is_to_be_verified_and_what_the_old_one_was_mailed_is_worth_nothing(
    world: World, mailroom: Mailroom, postman: Moody
) -> None:
    mina = await world.sign_up("mina")
    old = await mailroom.token(mina.email)
    answer = await change(world, mina.access_token, " new@example.com ")
    assert answer.data == {"changeEmail": {"email": "new@example.com", "emailVerified": False}}
    assert (await verify(world, old)).codes == ["INVALID_INPUT"]
    assert (await world.row(mina))["email_verified_at"] is None
    assert (await verify(world, await mailroom.token("new@example.com"))).data == {"verifyEmail": True}
    assert (await world.sign_in(mina)).codes == ["WRONG_CREDENTIALS"]


async def test_nobody_takes_anothers_email(world: World) -> None:
    mina, jun = await world.sign_up("mina"), await world.sign_up("jun")
    before = await world.row(mina)
    assert (await change(world, mina.access_token, "JUN@example.com")).codes == ["EMAIL_TAKEN"]
    assert (await change(world, mina.access_token, "none")).codes == ["INVALID_INPUT"]
    assert (await change(world, mina.access_token, "new@example.com", "wrong horse battery")).codes == [
        "WRONG_CREDENTIALS"
    ]
    assert await world.row(mina) == before
    assert (await world.sign_in(jun)).errors == []


async def test_a_password_is_not_made_an_email_either(world: World) -> None:
    mina = await world.sign_up("mina", password="Old.Password@example.com")
    before = await world.row(mina)
    refused = await change(world, mina.access_token, "old.password@example.com", "Old.Password@example.com")
    assert refused.errors[0]["extensions"]["fields"] == [{"field": "newEmail", "code": "SAME_AS_EMAIL"}]
    assert await world.row(mina) == before
    wrong = await change(world, mina.access_token, "wrong@example.com", "wrong@example.com")
    assert wrong.codes == ["WRONG_CREDENTIALS"]


async def test_ones_own_email_in_another_case_is_a_change_and_the_same_is_none(
    world: World, mailroom: Mailroom, postman: Moody
) -> None:
    mina = await world.sign_up("mina")
    await verify(world, await mailroom.token(mina.email))
    assert (await change(world, mina.access_token, mina.email)).data["changeEmail"]["emailVerified"] is True
    assert (await change(world, mina.access_token, "Mina@example.com")).data["changeEmail"]["emailVerified"] is False


async def change(world: World, token: str, email: str, password: str = PASSWORD) -> Answer:
    return await world.account.graphql(CHANGE, {"password": password, "email": email}, token=token)


async def test_mail_for_who_is_verified_already_is_not_sent(world: World, mailroom: Mailroom, postman: Moody) -> None:
    await world.sign_up("mina")
    await world.execute("update users set email_verified_at = now()")
    assert await mailroom.mailed("mina@example.com") == []
    assert await mailroom.states() == [("VERIFY_EMAIL", "DROPPED", "verified already")]
