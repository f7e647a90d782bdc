"""Events, their gates and issuances by id, a whole level of a query at once."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from chassis.context import Context
from chassis.nested_pages import pages_in_order
from chassis.pagination import Page

from . import store
from .gate import Gate, GateLost
from .rules import Acceptance, GateView, issuance_id
from .tables import CouponEvent, CouponIssuance


async def events_by_id(context: Context, ids: list[UUID]) -> list[CouponEvent | None]:
    """Deleted ones too: whatever asks by id points at one it knows."""
    found = await context.database.together(store.events_by_id, ids)
    return [found.get(coupon_event_id) for coupon_event_id in ids]


@dataclass(frozen=True, slots=True)
class EventsWish:
    """Which page is wanted of a coupon's events."""

    order: store.CouponEventOrder
    first: int
    after: str | None
    count: bool


async def pages_of_events(context: Context, asked: list[tuple[UUID, EventsWish]]) -> list[Page[CouponEvent]]:
    """Of each coupon the page of its events that is wanted: together for all of which the same is."""

    async def load(coupon_ids: list[UUID], wish: EventsWish) -> dict[UUID, Page[CouponEvent]]:
        async with context.database.reading() as session:
            return await store.pages_of_events_by_coupon(
                session, coupon_ids, order=wish.order, first=wish.first, after=wish.after, count=wish.count
            )

    return await pages_in_order(asked, load)


async def gate_views(context: Context, ids: list[UUID]) -> list[GateView | None]:
    """What the gates of these events know, and what of whoever asks: one round trip for all."""
    gate, user_id = context.resources[Gate], context.principal.user_id
    return await asyncio.gather(*(gate.look(coupon_event_id, user_id) for coupon_event_id in ids))


async def issuances_by_id(context: Context, ids: list[UUID]) -> list[CouponIssuance | None]:
    """Only what is recorded, whosever it is: who may see one is for whoever asks."""
    found = await context.database.together(store.issuances_by_id, ids)
    return [found.get(issuance_id) for issuance_id in ids]


async def own_issuances_by_id(context: Context, ids: list[UUID]) -> list[CouponIssuance | Acceptance | GateLost | None]:
    """Those of whoever asks, from both books: recorded, or accepted by the gate and not recorded yet."""
    user_id = context.principal.user_id
    if user_id is None:
        return [None for _ in ids]
    running, rows = await context.database.together(store.running_and_recorded, ids)
    # An id does not say which event it is of, but the events that may have it unrecorded are few: try them.
    events = {issuance_id(event, user_id): event for event in running}
    pending = [each for each in ids if each in events and each not in rows]
    # The gates of the recorded ones are asked as well: whoever goes on to their events then asks no second time.
    wanted = [events[each] for each in pending] + [row.coupon_event_id for row in rows.values()] if pending else []
    views = await context.loader(gate_views).load_many(wanted)
    seen = {each: view.acceptance if view else GateLost() for each, view in zip(pending, views, strict=False)}
    own = [row if (row := rows.get(each)) and row.user_id == user_id else None for each in ids]
    return [row or seen.get(each) for each, row in zip(ids, own, strict=True)]


async def recorded_by_event(context: Context, ids: list[UUID]) -> list[int]:
    """How many acceptances of each event are recorded."""
    async with context.database.reading() as session:
        found = await store.recorded_by_event(session, ids)
    return [found.get(coupon_event_id, 0) for coupon_event_id in ids]


async def dead_letters_by_event(context: Context, ids: list[UUID]) -> list[int]:
    """How many acceptances of each event could not be recorded."""
    async with context.database.reading() as session:
        found = await store.dead_letters_by_event(session, ids)
    return [found.get(coupon_event_id, 0) for coupon_event_id in ids]
