"""Administrators suspend and restore."""

import asyncio
from typing import Any

import pytest

from tests.account.world import Desk, World


async def test_who_is_suspended_is_shown_with_reason_and_by_whom(world: World, desk: Desk) -> None:
    mina = await world.sign_up("mina")
    shown = (await desk.suspend(mina, "  three parties ")).data["suspendUser"]
    assert shown.pop("suspendedAt") is not None
    assert shown == {"suspensionReason": "three parties", "updatedBy": {"id": str(desk.administrator)}}
    assert (await world.said())[-1] == ("account.user.suspended", "GUEST")


async def test_suspending_again_changes_the_reason_alone(world: World, desk: Desk) -> None:
    mina = await world.sign_up("mina")
    first = (await desk.suspend(mina)).data["suspendUser"]
    before = await world.row(mina)
    second = (await desk.suspend(mina, "worse")).data["suspendUser"]
    assert (second["suspendedAt"], second["suspensionReason"]) == (first["suspendedAt"], "worse")
    assert (await world.row(mina))["tokens_revoked_at"] == before["tokens_revoked_at"]
    assert [name for name, _ in await world.said()].count("account.user.suspended") == 1


async def test_who_is_restored_goes_on_where_they_were(world: World, desk: Desk) -> None:
    mina = await world.sign_up("mina")
    await desk.suspend(mina)
    restored = await desk.restore(mina)
    assert restored.data == {"restoreUser": {"suspendedAt": None, "suspensionReason": None}}
    token = (await world.refresh(mina.refresh_token)).data["refreshSession"]["accessToken"]
    await world.look()
    assert (await world.viewer(token)).errors == []
    assert (await world.viewer(mina.access_token)).codes == ["UNAUTHENTICATED"]
    assert (await world.said())[-1] == ("account.user.restored", "GUEST")


async def test_restoring_who_is_not_suspended_says_nothing(world: World, desk: Desk) -> None:
    mina = await world.sign_up("mina")
    before = await world.said()
    assert (await desk.restore(mina)).errors == []
    assert await world.said() == before


@pytest.mark.parametrize(
    ("reason", "code"), [("", "EMPTY"), (" \n", "EMPTY"), ("x" * 501, "TOO_LONG"), ("a\0b", "NOT_TEXT")]
)
async def test_a_reason_that_says_nothing_is_refused(world: World, desk: Desk, reason: str, code: str) -> None:
    mina = await world.sign_up("mina")
    before = await world.row(mina)
    refused = await desk.suspend(mina, reason)
    assert refused.codes == ["INVALID_INPUT"]
    assert refused.errors[0]["extensions"]["fields"] == [{"field": "reason", "code": code}]
    assert await world.row(mina) == before


async def test_nobody_of_that_id_is_not_found(desk: Desk) -> None:
    nobody: Any = type("Nobody", (), {"id": "01890000-0000-7000-8000-000000000001"})()
    for answer in (await desk.suspend(nobody), await desk.restore(nobody), await desk.update(nobody, role="HOST")):
        assert answer.codes == ["NOT_FOUND"]
    nobody.id = "ada"
    assert (await desk.suspend(nobody)).codes == ["INVALID_INPUT"]


async def test_the_last_administrator_can_not_be_removed(world: World, desk: Desk) -> None:
    other = await world.sign_up("bo", "ADMIN")
    assert (await desk.suspend(other)).errors == []
    ada = await world.row(other)
    me: Any = type("Me", (), {"id": desk.administrator})()
    for answer in (await desk.suspend(me), await desk.update(me, role="GUEST")):
        assert answer.codes == ["CONFLICT"]
    assert await world.row(other) == ada
    assert (await desk.ask("{ me { role suspendedAt } }")).data == {"me": {"role": "ADMIN", "suspendedAt": None}}


@pytest.mark.parametrize("how", ["suspend", "change"])
async def test_of_administrators_who_remove_each_other_at_once_one_is_left(world: World, desk: Desk, how: str) -> None:
    others = [await world.sign_up(f"admin{number}", "ADMIN") for number in range(9)]
    everybody: list[Any] = [*others, type("Me", (), {"id": desk.administrator})()]
    desks = [Desk(world.account, each.id) for each in everybody]
    answers = await asyncio.gather(
        *(
            each.suspend(everybody[at - 1]) if how == "suspend" else each.update(everybody[at - 1], role="GUEST")
            for at, each in enumerate(desks)
        )
    )
    assert sorted(code for answer in answers for code in answer.codes) == ["CONFLICT"]
    left = await desk.ask("query { users(filter: {roles: [ADMIN], suspended: false}) { totalCount } }")
    assert left.data["users"]["totalCount"] == 1
