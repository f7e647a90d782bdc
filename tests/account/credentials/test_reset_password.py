"""A forgotten password: the mailed link works once, within thirty minutes, and nobody learns who has an account."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from chassis import clock
from chassis.testing import Answer
from tests.account.mailroom import Mailroom, Moody
from tests.account.world import World

ASK = "mutation Ask($email: String!) { requestPasswordReset(email: $email) }"
RESET = """
mutation Reset($token: String!, $password: String!) {
  resetPassword(token: $token, newPassword: $password) { accessToken refreshToken user { id } } }"""
NEW = "a new horse battery"


async def ask(world: World, email: str = "mina@example.com") -> Answer:
    return await world.account.graphql(ASK, {"email": email})


async def reset(world: World, token: str, password: str = NEW) -> Answer:
    return await world.account.graphql(RESET, {"token": token, "password": password})


async def test_the_new_password_counts_and_every_old_session_ends(
    world: World, mailroom: Mailroom, postman: Moody
) -> None:
    mina = await world.sign_up("mina")
    await ask(world, " MINA@example.com")
    session = (await reset(world, await mailroom.token(mina.email))).data["resetPassword"]
    await world.look()
    assert (await world.viewer(session["accessToken"])).errors == []
    assert (await world.viewer(mina.access_token)).codes == ["UNAUTHENTICATED"]
    assert (await world.refresh(mina.refresh_token)).codes == ["UNAUTHENTICATED"]
    assert (await world.sign_in(mina)).codes == ["WRONG_CREDENTIALS"]
    assert (await world.sign_in(mina, NEW)).errors == []
    assert (await world.row(mina))["email_verified_at"] is not None


async def test_it_works_once_also_at_the_same_moment(world: World, mailroom: Mailroom, postman: Moody) -> None:
    mina = await world.sign_up("mina")
    await ask(world)
    token = await mailroom.token(mina.email)
    answers = await asyncio.gather(*(reset(world, token, f"horse number {number}") for number in range(8)))
    assert sorted(code for answer in answers for code in answer.codes) == ["INVALID_INPUT"] * 7
    [won] = [number for number, answer in enumerate(answers) if not answer.errors]
    assert (await world.sign_in(mina, f"horse number {won}")).errors == []
    assert (await reset(world, token)).codes == ["INVALID_INPUT"]


async def test_an_older_mail_does_nothing_once_a_newer_one_has(
    world: World, mailroom: Mailroom, postman: Moody
) -> None:
    mina = await world.sign_up("mina")
    await ask(world)
    older = await mailroom.token(mina.email)
    await ask(world)
    newer = await mailroom.token(mina.email)
    assert newer != older
    assert (await reset(world, newer)).errors == []
    assert (await reset(world, older, "another horse")).codes == ["INVALID_INPUT"]
    assert (await world.sign_in(mina, NEW)).errors == []


async def test_after_half_an_hour_it_is_worth_nothing(
    world: World, mailroom: Mailroom, postman: Moody, monkeypatch: pytest.MonkeyPatch
) -> None:
    mina = await world.sign_up("mina")
    await ask(world)
    token = await mailroom.token(mina.email)
    later = datetime.now(UTC) + timedelta(minutes=30, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert (await reset(world, token)).codes == ["INVALID_INPUT"]
    assert (await world.sign_in(mina)).errors == []


async def test_who_has_no_account_gets_the_same_answer_and_no_mail(
    world: World, mailroom: Mailroom, postman: Moody
) -> None:
    await world.sign_up("mina")
    await mailroom.send()
    world.account.sql.clear()
    assert (await ask(world)).data == {"requestPasswordReset": True}
    known = [statement.split()[0] for statement in world.account.sql]
    world.account.sql.clear()
    assert (await ask(world, "nobody@example.com")).data == {"requestPasswordReset": True}
    assert [statement.split()[0] for statement in world.account.sql] == known
    assert await mailroom.mailed("nobody@example.com") == []
    assert ("RESET_PASSWORD", "DROPPED", "nobody") in await mailroom.states()
    assert "nobody@example.com" not in str(await mailroom.notices())


async def test_nobodys_mailbox_is_filled(world: World, mailroom: Mailroom, postman: Moody) -> None:
    await world.sign_up("mina")
    codes = [(await ask(world, email)).codes for email in ["mina@example.com"] * 6 + ["nobody@example.com"] * 6]
    assert codes == ([[]] * 5 + [["RATE_LIMITED"]]) * 2
    assert len(await mailroom.mailed("mina@example.com")) == 6  # with the one of signing up


@pytest.mark.parametrize(("password", "code"), [("short", "TOO_SHORT"), ("Mina@Example.com", "SAME_AS_EMAIL")])
async def test_a_refused_password_leaves_the_link_good(
    world: World, mailroom: Mailroom, postman: Moody, password: str, code: str
) -> None:
    mina = await world.sign_up("mina")
    await ask(world)
    token = await mailroom.token(mina.email)
    refused = await reset(world, token, password)
    assert refused.errors[0]["extensions"]["fields"] == [{"field": "newPassword", "code": code}]
    assert (await reset(world, token)).errors == []


async def test_a_suspended_person_gets_no_way_in(world: World, mailroom: Mailroom, postman: Moody) -> None:
    mina = await world.sign_up("mina")
    await ask(world)
    token = await mailroom.token(mina.email)
    await world.execute("update users set suspended_at = now()")
    before = await world.row(mina)
    assert (await reset(world, token)).codes == ["SUSPENDED"]
    assert await world.row(mina) == before
    await ask(world)
    await mailroom.send()
    assert (await mailroom.states())[-1] == ("RESET_PASSWORD", "DROPPED", "suspended")


async def test_a_link_to_verify_resets_nothing(world: World, mailroom: Mailroom, postman: Moody) -> None:
    mina = await world.sign_up("mina")
    assert (await reset(world, await mailroom.token(mina.email))).codes == ["INVALID_INPUT"]
    assert (await world.sign_in(mina)).errors == []
