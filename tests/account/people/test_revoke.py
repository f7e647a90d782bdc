"""Tokens that were handed out fall, those given afterwards don't, however close they come."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from chassis.auth import TokenVerifier
from chassis.errors import Unauthenticated
from chassis.testing import Answer
from subgraphs.account.people import store
from subgraphs.account.people.revoke import revoke_tokens
from subgraphs.account.people.rules import ensure_found, next_instant
from tests.account.world import Desk, Person, World

NOW = datetime(2026, 11, 24, 12, 0, 0, 123_999, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
FLOOR = NOW.replace(microsecond=123_000)


@pytest.mark.parametrize(
    ("revoked_at", "instant"),
    [
        (None, FLOOR),
        (FLOOR - MILLISECOND, FLOOR),
        (FLOOR, FLOOR + MILLISECOND),
        (FLOOR + MILLISECOND, FLOOR + 2 * MILLISECOND),
    ],
)
def test_the_next_instant_is_a_whole_millisecond_after_the_last_revocation(
    revoked_at: datetime | None, instant: datetime
) -> None:
    assert next_instant(NOW, revoked_at) == instant


async def revoke(world: World, person: Person) -> None:
    async with world.account.database.transaction() as session:
        await revoke_tokens(session, ensure_found(await store.lock_user(session, person.id)))


async def step(world: World, person: Person, number: int) -> Answer | None:
    """Three sign-ins, then a revocation."""
    if number % 4:
        return await world.sign_in(person)
    await revoke(world, person)
    return None


async def test_a_revoked_token_falls_when_the_list_is_looked_at(world: World) -> None:
    mina, jun = await world.sign_up("mina"), await world.sign_up("jun")
    assert (await world.viewer(mina.access_token)).data["viewer"] == {"id": str(mina.id), "role": "GUEST"}
    await revoke(world, mina)
    await world.look()
    assert (await world.viewer(mina.access_token)).codes == ["UNAUTHENTICATED"]
    assert (await world.viewer(jun.access_token)).data["viewer"] == {"id": str(jun.id), "role": "GUEST"}


async def test_the_list_says_who_and_when_and_nothing_else(world: World) -> None:
    mina = await world.sign_up("mina")
    assert await world.account.get("/internal/revocations") == {"revocations": {}}
    await revoke(world, mina)
    listed = (await world.account.get("/internal/revocations"))["revocations"]
    revoked_at = (await world.row(mina))["tokens_revoked_at"]
    assert listed == {str(mina.id): round(revoked_at.timestamp() * 1_000)}
    assert listed[str(mina.id)] >= mina.given_at


async def test_what_no_token_can_outlive_is_listed_no_longer(world: World) -> None:
    mina, jun = await world.sign_up("mina"), await world.sign_up("jun")
    for person, age in ((mina, "19 minutes"), (jun, "21 minutes")):
        await world.execute(
            f"update users set tokens_revoked_at = now() - interval '{age}' where id = :id", id=person.id
        )
    assert (await world.account.get("/internal/revocations"))["revocations"].keys() == {str(mina.id)}


async def test_those_who_left_are_listed(world: World) -> None:
    mina = await world.sign_up("mina")
    await revoke(world, mina)
    await world.execute("update users set deleted_at = now()")
    assert (await world.account.get("/internal/revocations"))["revocations"].keys() == {str(mina.id)}


async def test_signing_in_at_once_after_a_revocation_is_good(world: World) -> None:
    mina = await world.sign_up("mina")
    for _ in range(5):
        await revoke(world, mina)
        token = (await world.sign_in(mina)).data["signIn"]["accessToken"]
        await world.look()
        assert (await world.viewer(token)).errors == []


async def test_of_tokens_and_revocations_at_once_each_falls_that_was_given_before(world: World) -> None:
    mina = await world.sign_up("mina")
    gathered: list[Any] = await asyncio.gather(*(step(world, mina, number) for number in range(40)))
    tokens = [answer.data["signIn"]["accessToken"] for answer in gathered if isinstance(answer, Answer)]
    revoked_at = round((await world.row(mina))["tokens_revoked_at"].timestamp() * 1_000)
    given = sorted(jwt.decode(each, options={"verify_signature": False})["iat"] for each in tokens)
    assert len(given) == 30
    await world.look()
    verifier = world.account.resources[TokenVerifier]
    for token in tokens:
        issued = jwt.decode(token, options={"verify_signature": False})["iat"]
        if issued <= revoked_at:
            with pytest.raises(Unauthenticated):
                await verifier.verify(token)
        else:
            assert (await verifier.verify(token)).user_id == mina.id


async def test_who_signs_waits_for_a_revocation_and_signs_after_it(world: World) -> None:
    mina = await world.sign_up("mina")
    async with world.account.database.transaction() as session:
        user = await store.lock_user(session, mina.id)
        assert user is not None
        signing = asyncio.create_task(world.sign_in(mina))
        done, _ = await asyncio.wait({signing}, timeout=0.5)
        assert done == set()
        await revoke_tokens(session, user)
    token = (await signing).data["signIn"]["accessToken"]
    await world.look()
    assert (await world.viewer(token)).errors == []


async def test_a_suspended_person_is_out_of_every_process_that_looked(world: World, desk: Desk) -> None:
    mina = await world.sign_up("mina")
    await desk.suspend(mina)
    await world.look()
    assert (await world.viewer(mina.access_token)).codes == ["UNAUTHENTICATED"]
    assert (await world.refresh(mina.refresh_token)).codes == ["SUSPENDED"]
    assert (await world.sign_in(mina)).codes == ["SUSPENDED"]
