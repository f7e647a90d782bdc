"""Rebuild the gates that are lost, by themselves and one after the other, so that nobody is let in twice.

    raise the generation in PostgreSQL          whoever was rebuilding gives up
    shut what is there in Redis                 nobody is accepted from here on
    wait for the relays                         nobody holds an acceptance that is not in Kafka or in Redis
    wait for loyalty's consumers                what was in Kafka is a row or a dead letter
    note in PostgreSQL that it is collected     who is recorded after this and was missed gets a slot from the new gate
    collect, lay down, install in one step      `collect.py`, `draft.py`
    open

Whatever dies on the way is begun anew by the next who looks, with a higher generation.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from time import monotonic

import structlog

from chassis import clock
from chassis.database import Database
from chassis.events import topic_of
from chassis.kafka import Topics
from chassis.locks import alone, outwait
from chassis.outages import is_outage
from chassis.progress import Progress

from ..coupon_events.book import Book, Figures
from ..coupon_events.gate import Gate
from ..coupon_events.nudge import EventNudges
from ..coupon_events.relay import RELAYS
from ..coupon_events.store import events_by_id, find_event, mark_sold_out, running_events
from ..coupon_events.stream import Stream
from ..coupon_events.tables import CouponEvent
from ..events import CouponAccepted
from ..settings import Settings
from . import metrics, store
from .collect import collect_gate

logger = structlog.get_logger(__name__)

REBUILDER = "loyalty.rebuild-gates"
LOOK_EVERY = 0.1
SAY_EVERY = 10.0
"""Seconds. Whoever reads the log wants to know that it waits, and for whom; not each look."""
IDS_SAID = 20


async def watch_gates(
    *,
    database: Database,
    gate: Gate,
    book: Book,
    stream: Stream,
    nudges: EventNudges,
    topics: Topics,
    settings: Settings,
) -> None:
    """Note which gates have nothing left to give, and rebuild those that are lost; one process at a time."""
    async with alone(database, REBUILDER) as mine:
        if not mine:
            metrics.GATES_LOST.set(0)  # whoever is at it says so
            return
        lost = [event async for event in _lost(database, gate, book, nudges)]
        metrics.GATES_LOST.set(len(lost))
        if not lost:
            return
        begun = [each for event in lost if (each := await _begin(database, book, nudges, event))]
        await _await_relays(database, settings)
        await _await_consumers(topics, settings, [event for event, _ in begun])
        for left, (event, closed_at) in enumerate(begun, start=1):
            if await _rebuild(database, book, stream, event, closed_at):
                await _open(database, gate, book, nudges, event)
            metrics.GATES_LOST.set(len(begun) - left)


async def _lost(database: Database, gate: Gate, book: Book, nudges: EventNudges) -> AsyncIterator[CouponEvent]:
    async with database.reading() as session:
        running = await events_by_id(session, await running_events(session))
    figures = await asyncio.gather(*(book.figures(each) for each in running))
    for event, found in zip(running.values(), figures, strict=True):
        if found is None or found.generation != event.gate_generation:
            yield event
        elif event.gate_lost_at:
            await _open(database, gate, book, nudges, event)
        elif _is_sold_out(event, found) and event.sold_out_at is None:
            async with database.transaction() as session:
                await mark_sold_out(session, [event.id], clock.now(), found.generation)


async def _begin(
    database: Database, book: Book, nudges: EventNudges, event: CouponEvent
) -> tuple[CouponEvent, datetime | None] | None:
    seen = await book.generation(event.id)
    async with database.transaction() as session:
        await store.begin_rebuilding(session, event.id, seen, clock.now())
        begun = await find_event(session, event.id)
    if begun is None:
        return None
    logger.error("gate_lost", coupon_event_id=str(event.id), generation=event.gate_generation, found=seen)
    closed_at = await book.begin(event.id, begun.gate_generation)
    await nudges.tell(event.id)
    return begun, closed_at


async def _await_relays(database: Database, settings: Settings) -> None:
    async with database.transaction() as session:
        await outwait(session, RELAYS)
    await asyncio.sleep(settings.rebuild_grace_seconds)


async def _await_consumers(topics: Topics, settings: Settings, begun: Sequence[CouponEvent]) -> None:
    said_at = -SAY_EVERY
    async with asyncio.timeout(settings.rebuild_patience_seconds), Progress.open(settings, topics) as progress:
        ends = await progress.ends(topic_of(CouponAccepted.name))
        while behind := await progress.behind(ends):
            if monotonic() - said_at >= SAY_EVERY:
                said_at = monotonic()
                ids = [str(event.id) for event in begun[:IDS_SAID]]
                logger.info("rebuild_waits_for_consumers", behind=behind, events=len(begun), coupon_event_ids=ids)
            await asyncio.sleep(LOOK_EVERY)


async def _rebuild(
    database: Database, book: Book, stream: Stream, begun: CouponEvent, closed_at: datetime | None
) -> bool:
    """False where something came in between: it is lost still, and begun anew by whoever looks next."""
    try:
        async with database.transaction() as session:
            event = await store.lock_to_collect(session, begun, clock.now())
        if event and await collect_gate(database, book, stream, event, closed_at):
            return True
    except Exception as error:
        if is_outage(error):
            raise
        # What is wrong with one event must not keep the others shut.
        logger.exception("gate_failed", coupon_event_id=str(begun.id), generation=begun.gate_generation)
    logger.warning("gate_not_rebuilt", coupon_event_id=str(begun.id), generation=begun.gate_generation)
    return False


async def _open(database: Database, gate: Gate, book: Book, nudges: EventNudges, event: CouponEvent) -> None:
    figures = await book.figures(event.id)
    if figures is None or not await gate.open(event.id, event.gate_generation):
        return
    async with database.transaction() as session:
        sold_out = _is_sold_out(event, figures)
        rebuilt = await store.mark_gate_rebuilt(session, event, clock.now(), sold_out=sold_out)
    if rebuilt:
        metrics.GATES_REBUILT.inc()
        logger.info("gate_rebuilt", coupon_event_id=str(event.id), generation=figures.generation)
        await nudges.tell(event.id)


def _is_sold_out(event: CouponEvent, figures: Figures) -> bool:
    return event.quantity is not None and figures.accepted >= event.quantity
