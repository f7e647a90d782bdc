"""Roles: given by administrators, or taken by who wants to host."""

import pytest

from tests.account.world import Desk, Person, World

BECOME_HOST = "mutation { becomeHost { id role user { isHost } } }"


async def test_a_guest_becomes_a_host_and_the_old_role_falls(world: World) -> None:
    mina = await world.sign_up("mina")
    answer = await world.account.graphql(BECOME_HOST, token=mina.access_token)
    assert answer.data == {"becomeHost": {"id": str(mina.id), "role": "HOST", "user": {"isHost": True}}}
    await world.look()
    assert (await world.viewer(mina.access_token)).codes == ["UNAUTHENTICATED"]
    refreshed = (await world.refresh(mina.refresh_token)).data["refreshSession"]
    assert refreshed["role"] == "HOST"
    assert (await world.viewer(refreshed["accessToken"])).data["viewer"]["role"] == "HOST"
    assert (await world.said())[-1] == ("account.user.changed", "HOST")


@pytest.mark.parametrize("role", ["HOST", "ADMIN"])
async def test_who_may_host_already_stays_what_they_are(world: World, role: str) -> None:
    ada = await world.sign_up("ada", role)
    before = await world.said()
    assert (await world.account.graphql(BECOME_HOST, token=ada.access_token)).data["becomeHost"]["role"] == role
    assert await world.said() == before
    assert (await world.row(ada))["tokens_revoked_at"] is None


async def test_nobody_becomes_no_host(world: World) -> None:
    assert (await world.account.graphql(BECOME_HOST)).codes == ["UNAUTHENTICATED"]


@pytest.mark.parametrize(("column", "code"), [("suspended_at", "SUSPENDED"), ("deleted_at", "UNAUTHENTICATED")])
async def test_who_was_sent_away_can_not_act_with_the_token_they_still_have(
    world: World, column: str, code: str
) -> None:
    mina = await world.sign_up("mina")
    await world.execute(f"update users set {column} = now()")
    for document in (BECOME_HOST, 'mutation { updateProfile(input: {displayName: "X"}) { id } }'):
        assert (await world.account.graphql(document, token=mina.access_token)).codes == [code]
    row = await world.row(mina)
    assert (row["role"], row["display_name"]) == ("GUEST", "Mina")


@pytest.mark.parametrize("role", ["HOST", "ADMIN", "GUEST"])
async def test_an_administrator_gives_any_role(world: World, desk: Desk, role: str) -> None:
    mina = await world.sign_up("mina")
    assert (await desk.update(mina, role=role)).data["updateUser"]["role"] == role
    await world.look()
    falls = role != "GUEST"
    assert (await world.viewer(mina.access_token)).codes == (["UNAUTHENTICATED"] if falls else [])
    assert ("account.user.changed", role) in await world.said() or not falls


async def test_no_role_is_none(world: World, desk: Desk) -> None:
    mina = await world.sign_up("mina")
    answer = await desk.update(mina, role=None, displayName="Other")
    assert answer.errors[0]["extensions"]["fields"] == [{"field": "role", "code": "EMPTY"}]
    assert await shown(world, mina) == ("Mina", "GUEST")


async def shown(world: World, person: Person) -> tuple[str, str]:
    row = await world.row(person)
    return row["display_name"], row["role"]
