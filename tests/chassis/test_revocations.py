"""What was taken back is known within seconds, without a look-up a request, and not trusted when it is old."""

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import httpx
import pytest
from structlog.testing import capture_logs

from chassis.errors import Unauthenticated, Unavailable
from chassis.revocations import _PATIENCE, FixedRevocations, PolledRevocations, RemoteList, document_of
from chassis.sockets import SocketLimits
from tests.chassis.tokens import ISSUER, SESSION, USER, claims, signed, verifier

NOW = datetime(2026, 11, 24, 12, 0, 0, 123_000, tzinfo=UTC)
OTHER = UUID(int=7)


class Account:
    """Who keeps the list: it can be away, and counts who asks."""

    def __init__(self) -> None:
        self.listed: dict[UUID, datetime] = {}
        self.away = False
        self.asked = 0

    async def __call__(self) -> Mapping[UUID, datetime]:
        self.asked += 1
        if self.away:
            raise httpx.ConnectError("refused")
        return dict(self.listed)


@pytest.fixture
def account() -> Account:
    return Account()


def turn_the_clock(monkeypatch: pytest.MonkeyPatch, *readings: float) -> None:
    """The clock of the list alone: the event loop has its own. The last reading stays."""
    left = list(readings)
    monkeypatch.setattr(
        "chassis.revocations.time", SimpleNamespace(monotonic=lambda: left.pop(0) if len(left) > 1 else left[0])
    )


async def until_asked(account: Account, times: int) -> None:
    async with asyncio.timeout(20):
        while account.asked < times:
            await asyncio.sleep(0.001)


async def test_the_list_is_read_before_anybody_is_judged(account: Account) -> None:
    account.listed[USER] = NOW
    revocations = PolledRevocations(account)
    revocations.start()
    assert await revocations.revoked_at(USER) == NOW
    assert await revocations.revoked_at(OTHER) is None
    assert account.asked == 1
    await revocations.close()


async def test_a_thousand_requests_ask_nobody(account: Account) -> None:
    revocations = PolledRevocations(account)
    await revocations.look()
    for _ in range(1_000):
        await revocations.revoked_at(USER)
    assert account.asked == 1


async def test_it_is_read_again_by_the_clock(account: Account) -> None:
    revocations = PolledRevocations(account, every=0.01)
    revocations.start()
    await until_asked(account, 2)
    account.listed[USER] = NOW
    await until_asked(account, account.asked + 2)
    assert await revocations.revoked_at(USER) == NOW
    await revocations.close()


async def test_while_the_account_service_is_away_the_last_list_counts_for_a_minute(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.listed[USER] = NOW
    revocations = PolledRevocations(account)
    await revocations.look()
    account.away = True
    began = time.monotonic()
    with capture_logs() as logs:
        assert await revocations.look() is False
        turn_the_clock(monkeypatch, began + 50)
        assert await revocations.revoked_at(USER) == NOW
        turn_the_clock(monkeypatch, began + 61)
        with pytest.raises(Unavailable) as refused:
            await revocations.revoked_at(OTHER)
    assert refused.value.extensions == {"code": "UNAVAILABLE", "retryAfter": 2}
    assert logs[0]["event"] == "revocations_unavailable"
    account.away = False
    assert await revocations.look() is True
    assert await revocations.revoked_at(OTHER) is None


async def test_the_age_of_a_list_counts_from_when_it_was_asked_for(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn_the_clock(monkeypatch, 1_000, 1_061)
    revocations = PolledRevocations(account)
    await revocations.look()
    with pytest.raises(Unavailable):
        await revocations.ping()


async def test_a_process_that_slept_over_a_reading_reads_before_anybody_is_judged(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    revocations = PolledRevocations(account, every=0.1)
    revocations.start()
    await revocations.ping()
    account.listed[USER] = NOW
    turn_the_clock(monkeypatch, time.monotonic() + 61)
    assert await revocations.revoked_at(USER) == NOW
    account.away = True
    turn_the_clock(monkeypatch, time.monotonic() + 122)
    with capture_logs(), pytest.raises(Unavailable):
        await revocations.ping()
    await revocations.close()


async def test_after_a_failure_it_is_asked_again_soon(account: Account) -> None:
    account.away = True
    revocations = PolledRevocations(account, every=3_600, again=0.01)
    with capture_logs():
        revocations.start()
        with pytest.raises(Unavailable):
            await revocations.ping()
        account.away = False
        async with asyncio.timeout(20):
            while not await revocations.look():
                await asyncio.sleep(0)
    await revocations.ping()
    await revocations.close()


async def test_a_list_that_takes_for_ever_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.revocations._PATIENCE", 0.01)

    async def never() -> Mapping[UUID, datetime]:
        await asyncio.Event().wait()
        return {}

    with capture_logs() as logs:
        assert await PolledRevocations(never).look() is False
    assert logs[0]["reason"].startswith("TimeoutError")


async def test_the_list_comes_over_http_to_the_millisecond() -> None:
    listed = {USER: NOW, OTHER: NOW + timedelta(milliseconds=1)}

    def answer(request: httpx.Request) -> httpx.Response:
        assert str(request.url) == "http://account.test/internal/revocations"
        return httpx.Response(200, json=document_of(listed))

    remote = RemoteList(
        "http://account.test/internal/revocations", httpx.AsyncClient(transport=httpx.MockTransport(answer))
    )
    assert await remote() == listed
    await remote.close()


@pytest.mark.parametrize("document", [[], {}, {"revocations": []}, {"revocations": {"mina": 1}}])
async def test_what_is_no_list_is_no_empty_list(document: Any) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=document))
    remote = RemoteList("http://account.test/", httpx.AsyncClient(transport=transport))
    with capture_logs():
        assert await PolledRevocations(remote).look() is False
    await remote.close()


@pytest.mark.parametrize(("given_after", "falls"), [(-1, True), (0, True), (1, False)])
async def test_tokens_given_until_that_millisecond_fall(given_after: int, falls: bool) -> None:
    given = claims()
    checks = verifier()
    at = datetime.fromtimestamp(given["iat"] / 1_000, UTC)
    checks.revocations = FixedRevocations({USER: at - timedelta(milliseconds=given_after)})
    if falls:
        with pytest.raises(Unauthenticated):
            await checks.verify(signed(given))
    else:
        assert (await checks.verify(signed(given))).session_id == SESSION


async def test_a_token_that_was_checked_before_falls_too() -> None:
    checks = verifier()
    token = signed(claims())
    assert (await checks.verify(token)).user_id == USER
    checks.revocations = FixedRevocations({USER: datetime.now(UTC)})
    for _ in range(2):
        with pytest.raises(Unauthenticated):
            await checks.verify(token)
    assert (await checks.verify(signed(claims(sub=str(OTHER), iss=ISSUER)))).user_id == OTHER


async def test_with_an_old_list_tokens_wait_and_nobody_is_told_to_sign_in_again(account: Account) -> None:
    account.away = True
    checks = verifier()
    revocations = PolledRevocations(account)
    checks.revocations = revocations
    with capture_logs():
        await revocations.look()
    with pytest.raises(Unavailable):
        await checks.principal(f"Bearer {signed(claims())}")
    assert (await checks.principal(None)).user_id is None


def test_whoever_was_sent_away_is_out_within_a_minute_in_processes_and_on_sockets() -> None:
    usual = PolledRevocations(Account())
    # The list is read so often, and may take so long to come; a socket is looked at so often.
    assert usual.every + _PATIENCE + SocketLimits().ping_every <= 60
    assert usual.good_for <= 60
