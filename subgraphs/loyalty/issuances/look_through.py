"""Look through whom events accepted: what waits in their streams and what is recorded, page by page in one order.

The streams are read before the rows: what is recorded in between is found in both, and counts as recorded. The other
way round it would be found in neither.
"""

import asyncio
from collections.abc import Mapping, Sequence
from uuid import UUID

from chassis.cursors import cursors_for, decode_cursor
from chassis.database import Database
from chassis.pagination import Page, ensure_page_size

from ..coupon_events.gate import Gate
from ..coupon_events.rules import Acceptance
from ..coupon_events.store import issuances_by_id, recorded_by_event
from ..coupon_events.tables import CouponIssuance
from . import store
from .rules import Accepted, Wish, in_order, place_of, total_of

# More than one consumer has recorded and not taken out of the stream yet.
RECORDED_ALREADY = 500


async def pages_of_accepted(
    database: Database, gate: Gate, coupon_event_ids: Sequence[UUID], wish: Wish
) -> dict[UUID, Page[Accepted]]:
    """One round trip to Redis and at most three statements, but where many of a stream are recorded already.

    Raise InvalidInput on `first` or `after`.
    """
    ensure_page_size(wish.first)
    pending, accepted = await _ask_gates(database, gate, coupon_event_ids, wish)
    async with database.reading() as session:
        issued = await store.pages_of_issuances(session, coupon_event_ids, wish) if wish.of_issued else {}
        recorded = await recorded_by_event(session, coupon_event_ids) if wish.count else {}
    totals = {each: total_of(wish, accepted.get(each, 0), recorded.get(each, 0)) for each in coupon_event_ids}
    return {
        each: _page(wish, issued.get(each), pending.get(each, []), totals[each] if wish.count else None)
        for each in coupon_event_ids
    }


async def _ask_gates(
    database: Database, gate: Gate, coupon_event_ids: Sequence[UUID], wish: Wish
) -> tuple[Mapping[UUID, Sequence[Acceptance]], Mapping[UUID, int]]:
    """What waits to be recorded, and how many were accepted; nothing where neither is wanted."""
    if not wish.of_pending:
        return {}, {}
    views = asyncio.gather(*(gate.look(each) for each in coupon_event_ids)) if wish.count else None
    pending = await _pending(database, gate, coupon_event_ids, wish)
    found = zip(coupon_event_ids, await views if views else [], strict=False)
    return pending, {each: view.accepted for each, view in found if view}


async def _pending(
    database: Database, gate: Gate, coupon_event_ids: Sequence[UUID], wish: Wish
) -> Mapping[UUID, Sequence[Acceptance]]:
    """Enough of each to fill the page and to know that there is another."""
    limit = wish.first + 1 + RECORDED_ALREADY
    found: dict[UUID, list[Acceptance]] = {each: [] for each in coupon_event_ids}
    starts = dict.fromkeys(coupon_event_ids, _start(wish.after))
    while starts:
        pages = await asyncio.gather(*(gate.waiting(each, start, limit) for each, start in starts.items()))
        async with database.reading() as session:
            recorded = await issuances_by_id(session, [each.issuance_id for page in pages for each in page])
        for event_id, page in zip(tuple(starts), pages, strict=True):
            found[event_id] += [each for each in page if each.issuance_id not in recorded]
            if len(page) < limit or len(found[event_id]) > wish.first:
                del starts[event_id]
            else:
                starts[event_id] = (page[-1].generation, page[-1].rank)
    return found


def _start(after: str | None) -> tuple[int, int] | None:
    if after is None:
        return None
    generation, rank, _ = decode_cursor(store.IN_ORDER, after)
    return generation, rank


def _page(
    wish: Wish, issued: Page[CouponIssuance] | None, pending: Sequence[Acceptance], total: int | None
) -> Page[Accepted]:
    found = in_order(issued.rows if issued else [], pending)
    rows = found[: wish.first]
    return Page(
        rows=rows,
        cursors=cursors_for(store.IN_ORDER, map(place_of, rows)),
        has_next=len(found) > wish.first or bool(issued and issued.has_next),
        has_previous=wish.after is not None,
        total=total,
    )
