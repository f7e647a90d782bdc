"""Every mail goes out, once, whoever dies or is away meanwhile."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiosmtplib.errors import SMTPConnectError, SMTPServerDisconnected
from structlog.testing import capture_logs

from chassis import clock
from subgraphs.account.notices import store
from subgraphs.account.notices.mailer import Mailer
from subgraphs.account.notices.rules import LEASE
from tests.account.mailroom import Mailroom, Moody, answering
from tests.account.world import World

MINA = "mina@example.com"


async def test_who_signs_up_is_written_to_once(world: World, mailroom: Mailroom, postman: Moody) -> None:
    await world.sign_up("mina", preferredLanguage="en")
    [mail] = await mailroom.mailed(MINA)
    assert mail.message["subject"] == "Confirm your e-mail"
    assert [each.key for each in await mailroom.mailed(MINA)] == [mail.key]
    assert await mailroom.states() == [("VERIFY_EMAIL", "SENT", None)]


async def test_four_workers_at_once_send_each_mail_once(world: World, mailroom: Mailroom, postman: Moody) -> None:
    names = [f"guest{number}" for number in range(50)]
    for name in names:
        await world.sign_up(name)
    await asyncio.gather(*(mailroom.send() for _ in range(4)))
    to = sorted(str(mail.message["to"]) for mail in mailroom.mails.newest(100))
    assert to == sorted(f"{name}@example.com" for name in names)


async def test_a_mail_server_that_is_away_takes_nothing_up_and_loses_nothing(world: World, mailroom: Mailroom) -> None:
    await world.sign_up("mina")
    before = await mailroom.notices()
    for _ in range(3):
        with pytest.raises(SMTPConnectError):
            await mailroom.send()
    assert await mailroom.notices() == before
    async with answering(mailroom, Moody(mailroom.mails)):
        assert len(await mailroom.mailed(MINA)) == 1


async def test_nothing_due_asks_nobody(mailroom: Mailroom) -> None:
    await mailroom.send()


async def test_a_server_that_goes_in_the_middle_lets_the_rest_go_to_who_comes_next(
    world: World, mailroom: Mailroom, postman: Moody
) -> None:
    for name in ("mina", "jun", "ari"):
        await world.sign_up(name)
    postman.answers = ["250 OK", "gone"]
    with capture_logs(), pytest.raises((SMTPServerDisconnected, OSError)):
        await mailroom.send()
    assert [(each["state"], each["tries"]) for each in await mailroom.notices()] == [
        ("SENT", 1), ("WAITING", 1), ("WAITING", 0),
    ]  # fmt: skip
    await mailroom.send()
    assert [len(mailroom.mails.newest(9, f"{name}@")) for name in ("mina", "jun", "ari")] == [1, 0, 1]
    await mailroom.due_now()
    await mailroom.send()
    assert [len(mailroom.mails.newest(9, f"{name}@")) for name in ("mina", "jun", "ari")] == [1, 1, 1]


async def test_a_mail_taken_by_a_server_that_could_not_say_so_comes_twice_under_one_id(
    world: World, mailroom: Mailroom, postman: Moody
) -> None:
    await world.sign_up("mina")
    postman.answers = ["250 and gone"]
    with capture_logs(), contextlib.suppress(SMTPServerDisconnected, OSError):
        await mailroom.send()
    await mailroom.due_now()
    mails = await mailroom.mailed(MINA)
    assert len(mails) == 2
    assert len({mail.message["message-id"] for mail in mails}) == 1


@pytest.mark.parametrize("answer", ["451 Try later", "554 We think this is spam"])
async def test_a_mail_that_is_refused_for_now_waits_longer_each_time(
    world: World, mailroom: Mailroom, postman: Moody, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    await world.sign_up("mina")
    waits = []
    with capture_logs() as logs:
        for _ in range(3):
            postman.answers, now = [answer], clock.now()
            with monkeypatch.context() as stopped:
                stopped.setattr(clock, "now", lambda now=now: now)
                await mailroom.send()
            [notice] = await mailroom.notices()
            waits.append(round((notice["due_at"] - now).total_seconds()))
            await mailroom.due_now()
    assert waits == [15, 30, 60]
    assert [log["event"] for log in logs if log["log_level"] == "warning"] == ["notice_waits"] * 3
    assert MINA not in str(logs)
    assert len(await mailroom.mailed(MINA)) == 1


async def test_an_address_that_is_none_is_given_up_at_once_and_holds_up_nobody(
    world: World, mailroom: Mailroom, postman: Moody
) -> None:
    await world.sign_up("mina")
    await world.sign_up("jun")
    postman.refused[MINA] = "550 No such user"
    assert await mailroom.mailed(MINA) == []
    assert len(await mailroom.mailed("jun@example.com")) == 1
    assert await mailroom.states() == [
        ("VERIFY_EMAIL", "DROPPED", "refused with 550"),
        ("VERIFY_EMAIL", "SENT", None),
    ]


async def test_a_full_mailbox_is_tried_again(world: World, mailroom: Mailroom, postman: Moody) -> None:
    await world.sign_up("mina")
    postman.refused[MINA] = "452 Mailbox full"
    with capture_logs():
        assert await mailroom.mailed(MINA) == []
    postman.refused.clear()
    await mailroom.due_now()
    assert len(await mailroom.mailed(MINA)) == 1


async def test_after_three_days_it_is_given_up_loudly(world: World, mailroom: Mailroom, postman: Moody) -> None:
    await world.sign_up("mina")
    await world.execute("update notices set created_at = now() - interval '3 days'")
    postman.answers = ["451 Try later"]
    with capture_logs() as logs:
        await mailroom.send()
    assert [log["event"] for log in logs if log["log_level"] == "error"] == ["notice_given_up"]
    assert await mailroom.states() == [("VERIFY_EMAIL", "DROPPED", "given up: SMTPDataError 451")]


async def test_what_breaks_by_itself_holds_up_nobody(
    world: World, mailroom: Mailroom, postman: Moody, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.sign_up("mina")
    await world.execute("update notices set kind = 'RESET_PASSWORD', details = '{}'")
    await world.sign_up("jun")
    with capture_logs() as logs:
        assert len(await mailroom.mailed("jun@example.com")) == 1
    assert [log["event"] for log in logs if log["log_level"] == "error"] == ["notice_failed"]


async def test_what_a_worker_took_and_did_not_send_is_sent_when_its_time_is_over(
    world: World, mailroom: Mailroom, postman: Moody, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.sign_up("mina")
    now = datetime.now(UTC)
    async with world.account.database.transaction() as session:
        assert len(await store.claim_due(session, now, now + LEASE, 20)) == 1
    assert await mailroom.mailed(MINA) == []
    monkeypatch.setattr(clock, "now", lambda: now + LEASE + timedelta(seconds=1))
    assert len(await mailroom.mailed(MINA)) == 1


async def test_a_slow_server_does_not_outlast_the_time_a_worker_has(
    world: World, mailroom: Mailroom, postman: Moody, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.sign_up("mina")
    await world.sign_up("jun")
    began = datetime.now(UTC)

    def now() -> datetime:
        return began + LEASE * (0.6 if mailroom.mails.newest(1) else 0)

    monkeypatch.setattr(clock, "now", now)
    await mailroom.send()
    assert [each["state"] for each in await mailroom.notices()] == ["SENT", "WAITING"]


@pytest.mark.parametrize("url", ["http://mail.example", "smtp:", "mail.example:25"])
def test_a_mail_server_is_named_by_a_url(url: str) -> None:
    with pytest.raises(ValueError, match="smtp://host"):
        Mailer(url, "a@b.example")


async def test_a_server_without_tls_is_refused_where_it_must_have_it(mailroom: Mailroom, postman: Moody) -> None:
    mailer: Any = Mailer(f"smtp+starttls://user:secret@127.0.0.1:{mailroom.port}", "a@b.example")
    with pytest.raises(Exception, match=r"(?i)tls"):
        async with mailer.connected():
            pass
