"""Who leaves is gone, but for what others need, and nobody leaves who is still bound or the last to administrate."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from chassis.ids import uuid7
from chassis.testing import Answer
from subgraphs.account.bookings.tables import LIVE, OVER
from tests.account.mailroom import Mailroom, Moody
from tests.account.world import PASSWORD, Desk, Person, World

DELETE = "mutation Delete($password: String!) { deleteAccount(password: $password) }"
DELETE_USER = """
mutation Delete($id: ID!) { deleteUser(userId: $id) { id displayName email role deletedAt updatedBy { id } } }"""
ASK = "mutation Ask($email: String!) { requestPasswordReset(email: $email) }"
PRIVATE = {
    "phoneNumber": "+821012345678",
    "birthDate": "1990-02-28",
    "gender": "FEMALE",
    "preferredLanguage": "en-GB",
    "address": "1 Beach Road",
}


async def delete(world: World, person: Person, password: str = PASSWORD) -> Answer:
    return await world.account.graphql(DELETE, {"password": password}, token=person.access_token)


async def book(world: World, status: str, guest: UUID, host: UUID | None = None) -> None:
    await world.execute(
        "insert into bookings (id, guest_id, host_id, code, status, check_in, check_out, currency) "
        "values (:id, :guest, :host, 'X', :status, '2026-12-01', '2026-12-02', 'KRW')",
        id=uuid7(), guest=guest, host=host, status=status,
    )  # fmt: skip


async def test_what_was_known_of_the_person_is_gone(world: World) -> None:
    mina = await world.sign_up("mina", **PRIVATE)
    assert (await delete(world, mina)).data == {"deleteAccount": True}
    row = await world.row(mina)
    kept = {name for name, value in row.items() if value is not None}
    assert kept == {
        *("id", "email", "password_hash", "display_name", "searched", "role", "tokens_revoked_at"),
        *("created_at", "updated_at", "updated_by", "deleted_at", "deleted_by"),
    }
    assert (row["email"], row["password_hash"], row["display_name"]) == (
        f"{mina.id}@deleted.invalid", "", "Former guest",
    )  # fmt: skip
    assert row["searched"] == f"former guest\n{mina.id}@deleted.invalid\n"
    assert row["deleted_by"] == mina.id
    async with world.account.database.reading() as session:
        for table in ("users", "mailed_tokens", "notices", "outbox", "refresh_tokens"):
            everything = str(list(await session.execute(text(f"select * from {table}"))))
            assert [each for each in (mina.email, "Mina", *PRIVATE.values()) if each in everything] == []
    assert (await world.said())[-1] == ("account.user.deleted", "GUEST")


async def test_nothing_of_theirs_opens_any_more(world: World, mailroom: Mailroom, postman: Moody) -> None:
    mina = await world.sign_up("mina")
    await world.account.graphql(ASK, {"email": mina.email})
    token = await mailroom.token(mina.email)
    await delete(world, mina)
    await world.look()
    assert (await world.viewer(mina.access_token)).codes == ["UNAUTHENTICATED"]
    assert (await world.refresh(mina.refresh_token)).codes == ["UNAUTHENTICATED"]
    assert (await world.sign_in(mina)).codes == ["WRONG_CREDENTIALS"]
    reset = 'mutation R($t: String!) { resetPassword(token: $t, newPassword: "another horse") { role } }'
    assert (await world.account.graphql(reset, {"t": token})).codes == ["INVALID_INPUT"]
    placeholder = (await world.row(mina))["email"]
    for password in (PASSWORD, ""):
        signing = {"input": {"email": placeholder, "password": password}}
        answer = await world.account.graphql(
            "mutation S($input: SignInInput!) { signIn(input: $input) { role } }", signing
        )
        assert answer.codes == ["WRONG_CREDENTIALS"]


async def test_others_still_see_that_somebody_was_there_and_the_email_is_free(world: World) -> None:
    mina = await world.sign_up("mina")
    await delete(world, mina)
    asked = "query User($id: ID!) { user(id: $id) { displayName avatarUrl isHost } }"
    answer = await world.account.graphql(asked, {"id": str(mina.id)})
    assert answer.data["user"] == {"displayName": "Former guest", "avatarUrl": None, "isHost": False}
    again = await world.sign_up("mina")
    assert again.id != mina.id


async def test_a_wrong_password_deletes_nothing(world: World) -> None:
    mina = await world.sign_up("mina")
    before = await world.row(mina)
    assert (await delete(world, mina, "wrong horse battery")).codes == ["WRONG_CREDENTIALS"]
    assert (await world.account.graphql(DELETE, {"password": PASSWORD})).codes == ["UNAUTHENTICATED"]
    assert await world.row(mina) == before


@pytest.mark.parametrize("status", LIVE)
@pytest.mark.parametrize("as_host", [False, True])
async def test_nobody_leaves_while_a_booking_is_live(world: World, desk: Desk, status: str, as_host: bool) -> None:
    mina = await world.sign_up("mina", role="HOST")
    await book(world, status, uuid7() if as_host else mina.id, mina.id if as_host else uuid7())
    before, said = await world.row(mina), await world.said()
    assert (await delete(world, mina)).codes == ["HAS_BOOKINGS"]
    assert (await desk.ask(DELETE_USER, id=str(mina.id))).codes == ["HAS_BOOKINGS"]
    assert await world.row(mina) == before
    assert await world.said() == said


@pytest.mark.parametrize("status", OVER)
async def test_what_is_over_binds_nobody(world: World, status: str) -> None:
    mina = await world.sign_up("mina")
    await book(world, status, mina.id)
    await book(world, "CONFIRMED", uuid7(), uuid7())
    assert (await delete(world, mina)).errors == []


async def test_an_administrator_deletes_and_still_finds_who_it_was_by_id(world: World, desk: Desk) -> None:
    mina = await world.sign_up("mina", **PRIVATE)
    shown = (await desk.ask(DELETE_USER, id=str(mina.id))).data["deleteUser"]
    assert shown.pop("deletedAt") is not None
    assert shown == {
        "id": str(mina.id),
        "displayName": "Former guest",
        "email": None,
        "role": "GUEST",
        "updatedBy": {"id": str(desk.administrator)},
    }
    assert (await desk.ask(DELETE_USER, id=str(mina.id))).codes == ["NOT_FOUND"]
    assert (await desk.suspend(mina)).codes == ["NOT_FOUND"]


async def test_a_suspended_person_can_be_deleted(world: World, desk: Desk) -> None:
    mina = await world.sign_up("mina")
    await desk.suspend(mina)
    assert (await desk.ask(DELETE_USER, id=str(mina.id))).errors == []
    assert (await world.row(mina))["suspension_reason"] is None


async def test_the_last_administrator_does_not_leave(world: World, desk: Desk) -> None:
    bo = await world.sign_up("bo", "ADMIN")
    assert (await desk.ask(DELETE_USER, id=str(desk.administrator))).errors == []
    assert (await delete(world, bo)).codes == ["CONFLICT"]
    assert (await world.row(bo))["deleted_at"] is None


async def test_of_administrators_who_all_leave_at_once_one_stays(world: World) -> None:
    people = [await world.sign_up(f"admin{number}", "ADMIN") for number in range(6)]
    answers = await asyncio.gather(*(delete(world, each) for each in people))
    assert sorted(code for answer in answers for code in answer.codes) == ["CONFLICT"]


async def test_deleted_twice_at_once_it_is_said_once(world: World) -> None:
    mina = await world.sign_up("mina")
    answers: list[Any] = await asyncio.gather(*(delete(world, mina) for _ in range(5)))
    assert sorted(code for answer in answers for code in answer.codes) == ["UNAUTHENTICATED"] * 4
    assert [name for name, _ in await world.said()].count("account.user.deleted") == 1
