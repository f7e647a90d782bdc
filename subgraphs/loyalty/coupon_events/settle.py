"""Fulfil what an administrator asked of an event: the gate applies it, then it is recorded."""

from chassis import clock
from chassis.database import Database

from . import store
from .gate import Gate
from .tables import CouponEventChange


async def settle_change(database: Database, gate: Gate, change: CouponEventChange) -> None:
    """The same however often it is done. Raise GateLost where there is no gate to apply it: it stays to be done."""
    closed_at = await gate.close_event(change.coupon_event_id)
    async with database.transaction(by=change.asked_by) as session:
        event = await store.lock_event(session, change.coupon_event_id)
        event.closed_at = event.closed_at or closed_at
        await store.mark_change_settled(session, change.id, clock.now())
