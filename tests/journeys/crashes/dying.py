"""A process of the stack that kills itself at a step: `… -m tests.journeys.crashes.dying subgraphs.booking.worker`.

The steps are the lines of the file that DIE_AT names; the first of them that it comes to is then alone in the file
beside it, `….died`. A step is a moment and what is being done then:

    before commit of <message>, after commit of <message>    whoever takes it
    before send of <message>, after send of <message>        whoever says it, to the broker
    before commit of <mutation>, after commit of <mutation>   an API, while somebody waits for its answer
    before commit of job <name>, after commit of job <name>   what is done by the clock
    before provider.read, after provider.read, …              a call to the provider
    before commit of provider.read, …                         what the provider said, being written down

Nothing else is different, but that what is done every few minutes is done every second, what a dead one had begun is
taken over in seconds, and that today is three days ahead for booking's clock, so that stays of tomorrow are over.
"""

import importlib
import os
import runpy
import signal
import sys
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from contextvars import ContextVar
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock, worker
from chassis.consumer import Consumer
from chassis.events import Record, name_of
from chassis.jobs import Job
from chassis.kafka import Producer

DAYS_AHEAD = timedelta(days=3)
EVERY_SECOND = {"complete_stayed", "let_go_overdue_holds", "keep_topics"}
TAKEN_OVER_AFTER = timedelta(seconds=3)
# Where an API does something for somebody: the module that calls it, and its name there.
DONE_BY_APIS = {
    "createBooking": ("subgraphs.booking.bookings.mutations", "create_booking"),
    "cancelBooking": ("subgraphs.booking.bookings.mutations", "cancel_booking"),
    "confirmPayment": ("subgraphs.payment.payments.mutations", "confirm_payment"),
    "webhook": ("subgraphs.payment.webhooks.http", "receive_webhook"),
}
LEASES = ("subgraphs.payment.jobs", "subgraphs.payment.refunds.send")

doing: ContextVar[Collection[str]] = ContextVar("doing", default=())


def come(moment: str, whats: Collection[str]) -> None:
    """Die here if this is one of the steps."""
    armed = Path(os.environ["DIE_AT"])
    here = {f"{moment} {what}" for what in whats}
    if here and armed.exists() and (steps := here & set(armed.read_text().splitlines())):
        armed.with_suffix(".died").write_text(steps.pop())
        os.kill(os.getpid(), signal.SIGKILL)


def named(owner: Any, name: str, what: Callable[..., Collection[str]]) -> None:
    """What is committed next in this task is part of this."""
    original = getattr(owner, name)

    def wrapped(*given: Any, **more: Any) -> Any:
        doing.set(what(*given))
        return original(*given, **more)

    setattr(owner, name, wrapped)


def watch_commits() -> None:
    commit = AsyncSession.commit

    async def watched(session: AsyncSession) -> None:
        come("before commit of", doing.get())
        await commit(session)
        come("after commit of", doing.get())

    AsyncSession.commit = watched  # type: ignore[method-assign]


def watch_sends() -> None:
    send_batch = Producer.send_batch

    async def watched(producer: Producer, lane: Any, records: Sequence[Record]) -> int:
        come("before send of", names(records))
        sent = await send_batch(producer, lane, records)
        come("after send of", names(records[:sent]))
        return sent

    Producer.send_batch = watched  # type: ignore[method-assign]


def names(records: Iterable[Record]) -> set[str]:
    return {str(name_of(record)) for record in records}


def watch_jobs() -> None:
    keep_running = worker.keep_running

    async def kept(job: Job, *given: Any) -> None:
        doing.set({f"job {job.name}"})
        often = replace(job, every=timedelta(seconds=1)) if job.name in EVERY_SECOND else job
        await keep_running(often, *given)

    worker.keep_running = kept


def watch_provider() -> None:
    portone = importlib.import_module("subgraphs.payment.provider.portone").PortOne
    for name in ("read", "cancel", "close_account"):
        setattr(portone, name, watched_call(f"provider.{name}", getattr(portone, name)))


def watched_call(what: str, original: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def watched(*given: Any, **more: Any) -> Any:
        come("before", {what})
        answer = await original(*given, **more)
        come("after", {what})
        doing.set({what})
        return answer

    return watched


def hurry(module: str) -> None:
    if module == "subgraphs.booking.worker":
        today = clock.today

        def ahead(zone: ZoneInfo) -> date:
            return today(zone) + DAYS_AHEAD

        clock.today = ahead
    if module == "subgraphs.payment.worker":
        for each in LEASES:
            importlib.import_module(each).LEASE = TAKEN_OVER_AFTER


def main(module: str) -> None:
    watch_commits()
    watch_sends()
    watch_jobs()
    named(Consumer, "run", lambda *given: names(each.record for each in given[-1]))
    if module.startswith("subgraphs.payment."):
        watch_provider()
    for what, (where, name) in DONE_BY_APIS.items():
        if module.endswith(".app") and where.startswith(module.removesuffix("app")):
            named(importlib.import_module(where), name, lambda *_, what=what: {what})
    hurry(module)
    sys.argv = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1])
