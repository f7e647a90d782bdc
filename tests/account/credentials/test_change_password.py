"""A new password ends every other session, and nothing of the old one works any more."""

import asyncio

import pytest

from chassis.testing import Answer
from tests.account.world import PASSWORD, Person, World

CHANGE = """
mutation Change($current: String!, $new: String!) {
  changePassword(currentPassword: $current, newPassword: $new) { accessToken refreshToken user { id } } }"""
NEW = "a new horse battery"


async def change(world: World, person: Person, current: str = PASSWORD, new: str = NEW, token: str = "") -> Answer:
    return await world.account.graphql(CHANGE, {"current": current, "new": new}, token=token or person.access_token)


async def test_the_new_password_signs_in_and_the_old_one_does_not(world: World) -> None:
    mina = await world.sign_up("mina")
    assert (await change(world, mina)).data["changePassword"]["user"] == {"id": str(mina.id)}
    assert (await world.sign_in(mina, NEW)).errors == []
    assert (await world.sign_in(mina)).codes == ["WRONG_CREDENTIALS"]


async def test_every_other_session_ends_and_the_new_one_goes_on(world: World) -> None:
    mina = await world.sign_up("mina")
    elsewhere = (await world.sign_in(mina)).data["signIn"]
    new = (await change(world, mina)).data["changePassword"]
    await world.look()
    for token in (mina.access_token, elsewhere["accessToken"]):
        assert (await world.viewer(token)).codes == ["UNAUTHENTICATED"]
    for token in (mina.refresh_token, elsewhere["refreshToken"]):
        assert (await world.refresh(token)).codes == ["UNAUTHENTICATED"]
    assert (await world.viewer(new["accessToken"])).errors == []
    assert (await world.refresh(new["refreshToken"])).errors == []


async def test_a_wrong_password_changes_nothing(world: World) -> None:
    mina = await world.sign_up("mina")
    before = await world.row(mina)
    assert (await change(world, mina, current="wrong horse battery")).codes == ["WRONG_CREDENTIALS"]
    assert await world.row(mina) == before
    assert (await world.refresh(mina.refresh_token)).errors == []


async def test_guessing_with_a_stolen_token_is_as_slow_as_signing_in(limited: World) -> None:
    mina = await limited.sign_up("mina")
    codes = [(await change(limited, mina, current="wrong horse battery")).codes for _ in range(4)]
    assert codes == [["WRONG_CREDENTIALS"]] * 3 + [["RATE_LIMITED"]]
    assert (await limited.sign_in(mina)).codes == ["RATE_LIMITED"]


@pytest.mark.parametrize(
    ("new", "code"), [("short", "TOO_SHORT"), ("x" * 129, "TOO_LONG"), ("MINA@example.com", "SAME_AS_EMAIL")]
)
async def test_a_new_password_keeps_the_rules(world: World, new: str, code: str) -> None:
    mina = await world.sign_up("mina")
    refused = await change(world, mina, new=new)
    assert refused.errors[0]["extensions"]["fields"] == [{"field": "newPassword", "code": code}]
    assert (await world.sign_in(mina)).errors == []


async def test_of_ten_changes_at_once_one_counts(world: World) -> None:
    mina = await world.sign_up("mina")
    answers = await asyncio.gather(*(change(world, mina, new=f"horse number {number}") for number in range(10)))
    assert sorted(code for answer in answers for code in answer.codes) == ["WRONG_CREDENTIALS"] * 9
    [won] = [number for number, answer in enumerate(answers) if not answer.errors]
    assert (await world.sign_in(mina, f"horse number {won}")).errors == []


async def test_who_signs_in_while_the_password_changes_has_the_new_one_or_no_session(world: World) -> None:
    mina = await world.sign_up("mina")
    signing = [world.sign_in(mina) for _ in range(8)]
    changed, *answers = await asyncio.gather(change(world, mina), *signing)
    assert changed.errors == []
    await world.look()
    for answer in answers:
        if answer.errors:
            assert answer.codes == ["WRONG_CREDENTIALS"]
        else:
            assert (await world.viewer(answer.data["signIn"]["accessToken"])).codes == ["UNAUTHENTICATED"]
            assert (await world.refresh(answer.data["signIn"]["refreshToken"])).codes == ["UNAUTHENTICATED"]


async def test_nobody_has_no_password(world: World) -> None:
    assert (await world.account.graphql(CHANGE, {"current": PASSWORD, "new": NEW})).codes == ["UNAUTHENTICATED"]
