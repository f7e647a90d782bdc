"""Finish what a crash left of an event's creation, or of a change that an administrator asked for."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

import structlog

from chassis import clock
from chassis.database import Database
from chassis.outages import is_outage

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
        with _others_going_on(coupon_event_id):
            await prepare_gate(database, gate, coupon_event_id)
    for change in changes:
        with _others_going_on(change.coupon_event_id):
            await settle_change(database, gate, nudges, change)


@contextmanager
def _others_going_on(coupon_event_id: UUID) -> Iterator[None]:
    """What fails with one event is tried again at the next look, and no other event waits for it."""
    try:
        yield
    except GateLost:
        logger.warning("change_waits_for_gate", coupon_event_id=str(coupon_event_id))
    except Exception as error:
        if is_outage(error):
            raise
        logger.exception("change_not_finished", coupon_event_id=str(coupon_event_id))
