"""Finish what a crash left of an event's creation, or of a change that an administrator asked for."""

from datetime import timedelta

import structlog

from chassis import clock
from chassis.database import Database

from . import store
from .gate import Gate, GateLost
from .nudge import EventNudges
from .prepare import prepare_gate
from .settle import settle_change

logger = structlog.get_logger(__name__)

# Whoever began it has this long to finish it.
PATIENCE = timedelta(seconds=5)


async def finish_changes(database: Database, gate: Gate, nudges: EventNudges) -> None:
    late = clock.now() - PATIENCE
    async with database.reading() as session:
        events = await store.events_without_a_gate(session, late)
        changes = await store.open_changes(session, late)
    for coupon_event_id in events:
        logger.info("gate_finished", coupon_event_id=str(coupon_event_id))
        await prepare_gate(database, gate, coupon_event_id)
    for change in changes:
        try:
            await settle_change(database, gate, nudges, change)
        except GateLost:
            # It waits for the gate, and the changes of other events do not wait for it.
            logger.warning("change_waits_for_gate", coupon_event_id=str(change.coupon_event_id))
