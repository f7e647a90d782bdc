"""Collect whom a lost gate accepted, wherever it is known, and lay down the gate that takes its place."""

from collections.abc import AsyncIterator, Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog

from chassis.database import Database

from ..coupon_events.book import Book
from ..coupon_events.rules import Acceptance
from ..coupon_events.stream import Stream
from ..coupon_events.tables import CouponEvent
from . import store
from .draft import Draft
from .slots import Slots, place

logger = structlog.get_logger(__name__)

PAGE = 5_000


async def collect_gate(
    database: Database, book: Book, stream: Stream, event: CouponEvent, closed_at: datetime | None
) -> bool:
    """Rows, dead letters, and what Redis still has, make the new gate. False where Redis lost something meanwhile.

    What is recorded keeps its slot, and only passes through; what is not is held in memory, and is sent again.
    """
    draft, slots = Draft(book.cache, event.id, event.gate_generation), Slots(event.quantity)
    recorded = await _lay_recorded(database, draft, slots, event.id)
    unrecorded = await _unrecorded(database, book, stream, draft, event.id)
    placed, refused = place(slots, unrecorded.values())
    await draft.lay(placed)
    # Those who have no slot are sent too: they become dead letters, which somebody sees.
    await draft.enqueue([*placed, *refused])
    said = {"recorded": recorded, "unrecorded": len(placed), "refused": len(refused)}
    logger.info("gate_collected", coupon_event_id=str(event.id), generation=event.gate_generation, **said)
    return await draft.install(event, slots, event.closed_at or closed_at)


async def _lay_recorded(database: Database, draft: Draft, slots: Slots, coupon_event_id: UUID) -> int:
    count, last = 0, None
    while True:
        async with database.reading() as session:
            rows = await store.page_of_recorded(session, coupon_event_id, last, PAGE)
        for row in rows:
            slots.take(row.slot)
        await draft.lay(rows)
        count += len(rows)
        if len(rows) < PAGE:
            return count
        last = rows[-1].user_id


async def _unrecorded(
    database: Database, book: Book, stream: Stream, draft: Draft, coupon_event_id: UUID
) -> Mapping[UUID, Acceptance]:
    found: dict[UUID, Acceptance] = {}
    async for page in _remembered(database, book, stream, coupon_event_id):
        known = await draft.known([each.user_id for each in page])
        for each in page:
            if each.user_id not in known:
                found.setdefault(each.user_id, each)
    return found


async def _remembered(
    database: Database, book: Book, stream: Stream, coupon_event_id: UUID
) -> AsyncIterator[Collection[Acceptance]]:
    """Everybody whom the old gate, its stream or the dead letters know of."""
    async for page in book.pages(coupon_event_id):
        yield page
    last: Acceptance | None = None
    while waiting := await stream.page_of_waiting(coupon_event_id, last):
        yield waiting
        last = waiting[-1]
    async with database.reading() as session:
        letters = await store.dead_acceptances(session, coupon_event_id)
    yield [each for each in map(acceptance_of, letters) if each is not None]


def acceptance_of(payload: Mapping[str, Any]) -> Acceptance | None:
    """What a `loyalty.coupon.accepted` says; None where it can't be read."""
    try:
        event_id, user_id = UUID(payload["coupon_event_id"]), UUID(payload["user_id"])
        slot, rank, generation = (int(payload[each]) for each in ("slot", "rank", "generation"))
        return Acceptance(event_id, user_id, slot, rank, generation, datetime.fromisoformat(payload["requested_at"]))
    except (KeyError, TypeError, ValueError):
        return None
