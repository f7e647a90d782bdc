"""Compare the books of the running events: what was accepted, sent and still is not recorded is sent again."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from chassis import clock
from chassis.database import Database
from chassis.kafka import Producer

from ..settings import Settings
from . import store
from .gate import Gate
from .rules import Acceptance, is_over
from .send import accepted, send_acceptances
from .stream import Stream
from .tables import CouponEvent

logger = structlog.get_logger(__name__)


async def reconcile_events(
    database: Database, gate: Gate, stream: Stream, producer: Producer, settings: Settings
) -> None:
    before = clock.now() - timedelta(seconds=settings.overdue_seconds)
    async with database.reading() as session:
        running = await store.events_by_id(session, await store.running_events(session))
    for event in running.values():
        if await gate.look(event.id) is None:
            logger.error("gate_lost", coupon_event_id=str(event.id), generation=event.gate_generation)
        async for overdue in _overdue(stream, event.id, before):
            await _repair(database, stream, producer, overdue)
        await _settle(database, stream, event, before)


async def _overdue(stream: Stream, coupon_event_id: UUID, before: datetime) -> AsyncIterator[Sequence[Acceptance]]:
    """What was accepted before that instant and is still waiting, a page at a time."""
    last: Acceptance | None = None
    while page := await stream.page_of_waiting(coupon_event_id, last):
        if overdue := [each for each in page if each.requested_at < before]:
            yield overdue
        last = page[-1]


async def _repair(database: Database, stream: Stream, producer: Producer, overdue: Sequence[Acceptance]) -> None:
    """Forget what is recorded after all, leave to its dead letter what has one, and send the rest again."""
    async with database.reading() as session:
        recorded = await store.issuances_by_id(session, [each.issuance_id for each in overdue])
        dead = await store.dead_letters(session, [accepted(each).key() for each in overdue])
    await stream.forget([each for each in overdue if each.issuance_id in recorded])
    lost = [each for each in overdue if each.issuance_id not in recorded and accepted(each).key() not in dead]
    if lost:
        logger.warning("acceptances_sent_again", coupon_event_id=str(lost[0].coupon_event_id), count=len(lost))
        await send_acceptances(stream, producer, lost)


async def _settle(database: Database, stream: Stream, event: CouponEvent, before: datetime) -> None:
    """Once an event is over and nothing of it waits, there is nothing left to compare."""
    if is_over(event, before) and not await stream.page_of_waiting(event.id, None):
        async with database.transaction() as session:
            await store.mark_settled(session, event.id, clock.now())
