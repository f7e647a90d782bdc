"""Send the notices that are due: each once, however many workers there are, and as often as it takes.

A mail counts as sent when the server has said so. Should a worker die, or the connection break, between that and the
note of it, the mail goes out a second time with the same Message-ID: SMTP leaves no other choice but to lose some.
"""

from collections.abc import Sequence

import structlog
from aiosmtplib import SMTP
from aiosmtplib.errors import SMTPException, SMTPNotSupported, SMTPRecipientsRefused, SMTPResponseException
from prometheus_client import Counter, Gauge

from chassis import clock
from chassis.database import Database
from chassis.outages import is_outage

from ..settings import Settings
from . import store
from .address import NoUse, TooEarly, address
from .compose import compose
from .mailer import Mailer
from .rules import LEASE, is_given_up, wait_after
from .tables import Notice, State

logger = structlog.get_logger(__name__)

NOTICES = Counter("account_notices_total", "Mails by what became of them.", ["kind", "outcome"])
WAITING = Gauge("account_notices_waiting", "Mails that wait to be sent, reminders ahead among them.")

_AT_ONCE = 20


async def send_due_notices(database: Database, mailer: Mailer, settings: Settings) -> None:
    """Raises what keeps the mail server away, having taken nothing up."""
    async with database.reading() as session:
        WAITING.set(await store.count_waiting(session))
        if not await store.is_any_due(session, clock.now()):
            return
    async with mailer.connected() as smtp:
        while claimed := await _claim(database):
            await _send_all(database, smtp, mailer, settings, claimed)


async def _claim(database: Database) -> Sequence[Notice]:
    now = clock.now()
    async with database.transaction() as session:
        return await store.claim_due(session, now, now + LEASE, _AT_ONCE)


async def _send_all(
    database: Database, smtp: SMTP, mailer: Mailer, settings: Settings, claimed: Sequence[Notice]
) -> None:
    for at, notice in enumerate(claimed):
        if clock.now() > notice.due_at - LEASE / 2:
            return  # the server is slow: what is left is taken up again when the lease is over
        try:
            await _send(database, smtp, mailer, settings, notice)
        except Exception as error:
            await _postpone(database, notice, error)
            if is_outage(error):
                await _let_go(database, claimed[at + 1 :])
                raise


async def _send(database: Database, smtp: SMTP, mailer: Mailer, settings: Settings, notice: Notice) -> None:
    try:
        async with database.transaction() as session:
            letter = await address(session, notice, settings)
        await smtp.send_message(compose(letter, notice.id, mailer.sender, clock.now()))
    except NoUse as no_use:
        await _settle(database, notice, State.DROPPED, no_use.reason)
    except SMTPNotSupported:
        await _settle(database, notice, State.DROPPED, "the server can't write to such an address")
    except SMTPRecipientsRefused as refused:
        if any(each.code < 500 for each in refused.recipients):
            raise
        await _settle(database, notice, State.DROPPED, f"refused with {refused.recipients[0].code}")
    else:
        await _settle(database, notice, State.SENT)


async def _settle(database: Database, notice: Notice, state: State, reason: str | None = None) -> None:
    """What was only needed to send it, an address perhaps, is not kept."""
    async with database.transaction() as session:
        changed = {"state": state, "settled_at": clock.now(), "reason": reason, "details": {}}
        await store.settle_notice(session, notice.id, **changed)
    NOTICES.labels(notice.kind, state.lower()).inc()
    if reason:
        logger.info("notice_dropped", notice_id=str(notice.id), kind=notice.kind, reason=reason)


async def _postpone(database: Database, notice: Notice, error: Exception) -> None:
    now = clock.now()
    if is_given_up(notice, now):
        logger.error("notice_given_up", notice_id=str(notice.id), kind=notice.kind, tries=notice.tries)
        await _settle(database, notice, State.DROPPED, f"given up: {_said(error)}")
        return
    if not isinstance(error, (TooEarly, SMTPException)) and not is_outage(error):
        logger.error("notice_failed", notice_id=str(notice.id), kind=notice.kind, exc_info=error)
    else:
        logger.warning("notice_waits", notice_id=str(notice.id), kind=notice.kind, reason=_said(error))
    async with database.transaction() as session:
        due_at = now + wait_after(notice.tries)
        await store.settle_notice(session, notice.id, due_at=due_at, reason=_said(error))
    NOTICES.labels(notice.kind, "waits").inc()


async def _let_go(database: Database, notices: Sequence[Notice]) -> None:
    """They were not tried: whoever looks next may."""
    async with database.transaction() as session:
        for notice in notices:
            await store.settle_notice(session, notice.id, due_at=clock.now(), tries=notice.tries - 1)


def _said(error: Exception) -> str:
    """Without what the server wrote: an address is often part of it."""
    code = f" {error.code}" if isinstance(error, SMTPResponseException) else ""
    return f"{type(error).__name__}{code}"
