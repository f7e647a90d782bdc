"""Refresh tokens work once, and a copy of one ends the family."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from chassis import clock
from chassis.testing import Answer, SubgraphUnderTest

SIGN_UP = """
mutation { signUp(input: {email: "mina@example.com", password: "correct horse battery", displayName: "Mina"}) {
  refreshToken } }"""
REFRESH = "mutation Refresh($token: String!) { refreshSession(refreshToken: $token) { accessToken refreshToken } }"
SIGN_OUT = "mutation SignOut($token: String!) { signOut(refreshToken: $token) }"


async def signed_up(account: SubgraphUnderTest) -> str:
    token: str = (await account.graphql(SIGN_UP)).data["signUp"]["refreshToken"]
    return token


async def refresh(account: SubgraphUnderTest, token: str) -> Answer:
    return await account.graphql(REFRESH, {"token": token})


def successor(answer: Answer) -> str:
    token: str = answer.data["refreshSession"]["refreshToken"]
    return token


async def later(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + by)


async def test_a_refresh_token_is_traded_for_a_session(account: SubgraphUnderTest) -> None:
    answer = await refresh(account, await signed_up(account))
    viewer = await account.graphql("{ viewer { email } }", token=answer.data["refreshSession"]["accessToken"])
    assert viewer.data["viewer"] == {"email": "mina@example.com"}


async def test_sent_again_within_thirty_seconds_it_gives_the_same_successor(account: SubgraphUnderTest) -> None:
    token = await signed_up(account)
    assert successor(await refresh(account, token)) == successor(await refresh(account, token))


async def test_twenty_tabs_that_refresh_at_once_get_the_same_successor(account: SubgraphUnderTest) -> None:
    token = await signed_up(account)
    answers = await asyncio.gather(*(refresh(account, token) for _ in range(20)))
    assert {successor(answer) for answer in answers} == {successor(answers[0])}


async def test_sent_again_later_it_ends_the_family(account: SubgraphUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    token = await signed_up(account)
    next_token = successor(await refresh(account, token))
    await later(monkeypatch, timedelta(seconds=31))
    assert (await refresh(account, token)).codes == ["TOKEN_REUSED"]
    assert (await refresh(account, next_token)).codes == ["UNAUTHENTICATED"]


async def test_sent_again_after_its_successor_was_used_it_ends_the_family(account: SubgraphUnderTest) -> None:
    token = await signed_up(account)
    second = successor(await refresh(account, token))
    third = successor(await refresh(account, second))
    assert (await refresh(account, token)).codes == ["TOKEN_REUSED"]
    assert (await refresh(account, third)).codes == ["UNAUTHENTICATED"]


async def test_after_thirty_days_it_is_worth_nothing(
    account: SubgraphUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = await signed_up(account)
    await later(monkeypatch, timedelta(days=30, seconds=1))
    assert (await refresh(account, token)).codes == ["UNAUTHENTICATED"]


@pytest.mark.parametrize("token", ["", "no-such-token", "x" * 5000, "토큰"])
async def test_a_token_nobody_was_given_is_refused(account: SubgraphUnderTest, token: str) -> None:
    assert (await refresh(account, token)).codes == ["UNAUTHENTICATED"]


async def test_a_suspended_person_gets_no_new_session(account: SubgraphUnderTest) -> None:
    token = await signed_up(account)
    async with account.database.transaction() as session:
        await session.execute(text("update users set suspended_at = now()"))
    assert (await refresh(account, token)).codes == ["SUSPENDED"]
    async with account.database.reading() as session:
        assert (await session.execute(text("select count(*) from refresh_tokens where used_at is null"))).scalar() == 1


async def test_no_token_is_stored(account: SubgraphUnderTest) -> None:
    token = await signed_up(account)
    tokens = [token, successor(await refresh(account, token))]
    async with account.database.reading() as session:
        rows = str(list(await session.execute(text("select * from refresh_tokens"))))
    assert [each for each in tokens if each in rows] == []


async def test_signing_out_ends_the_family(account: SubgraphUnderTest) -> None:
    token = await signed_up(account)
    second = successor(await refresh(account, token))
    assert (await account.graphql(SIGN_OUT, {"token": second})).data == {"signOut": True}
    assert (await refresh(account, second)).codes == ["UNAUTHENTICATED"]
    assert (await account.graphql(SIGN_OUT, {"token": second})).data == {"signOut": False}


async def test_refreshing_reusing_and_signing_out_at_once_wait_for_each_other_and_not_in_a_circle(
    account: SubgraphUnderTest,
) -> None:
    tokens = [await signed_up(account)]
    for _ in range(3):
        tokens.append(successor(await refresh(account, tokens[-1])))
    asked = [refresh(account, token) for token in tokens for _ in range(6)]
    leaving = [account.graphql(SIGN_OUT, {"token": token}) for token in tokens]
    answers = await asyncio.gather(*asked, *leaving)
    codes = {code for answer in answers for code in answer.codes}
    assert codes <= {"TOKEN_REUSED", "UNAUTHENTICATED"}
    assert [(await refresh(account, token)).codes for token in tokens] == [["UNAUTHENTICATED"]] * 4
