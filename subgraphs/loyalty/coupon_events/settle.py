"""Settle what an administrator asked of an event: the gate applies it, then it is recorded."""

from functools import partial

import structlog

from chassis import clock
from chassis.database import Database, after_commit

from . import store
from .gate import Applied, Gate, GateLost
from .nudge import EventNudges
from .tables import ChangeKind, CouponEvent, CouponEventChange

logger = structlog.get_logger(__name__)


async def settle_change(database: Database, gate: Gate, nudges: EventNudges, change: CouponEventChange) -> bool:
    """Whether it was made; False where the event had opened before.

    The same however often it is done. Raise GateLost where there is no gate to apply it: it stays to be done.
    """
    applied = await _apply(gate, change)
    async with database.transaction(by=change.asked_by) as session:
        asked = await store.lock_change(session, change.id)
        if asked.settled_at is None:
            event = await store.lock_event(session, change.coupon_event_id)
            _record(event, asked, applied)
            after_commit(session, partial(nudges.tell, event.id))
            if event.deleted_at:
                after_commit(session, partial(gate.remove, event.id))
    return not asked.refused


async def _apply(gate: Gate, change: CouponEventChange) -> Applied | None:
    """None where the event had opened."""
    match change.kind:
        case ChangeKind.CLOSE:
            return await gate.close_event(change.coupon_event_id)
        case ChangeKind.UPDATE:
            return await gate.change_times(change)
        case ChangeKind.DELETE:
            return await gate.retire(change)


def _record(event: CouponEvent, change: CouponEventChange, applied: Applied | None) -> None:
    change.settled_at = clock.now()
    if applied is None:
        logger.info("change_refused", coupon_event_id=str(event.id), kind=change.kind, revision=change.revision)
        change.refused = True
        return
    if applied.generation != event.gate_generation:
        # A later gate is being made of a row that did not say this yet: that one has to be told.
        raise GateLost
    event.revision = change.revision
    match change.kind:
        case ChangeKind.CLOSE:
            event.closed_at = event.closed_at or applied.closed_at
        case ChangeKind.UPDATE:
            event.name, event.description = change.name or event.name, change.description or ""
            event.opens_at, event.closes_at = change.opens_at or event.opens_at, change.closes_at or event.closes_at
        case ChangeKind.DELETE:
            event.deleted_at = event.settled_at = change.settled_at
            event.closed_at = event.closed_at or change.settled_at
