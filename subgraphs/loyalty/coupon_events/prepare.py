"""Give an event its gate: raise the generation, write the gate shut, note that it was written, open it.

Each step is safe to be the last one before a crash, and any number of processes may do them at once: a gate of an
older generation is never written over a newer one, and only the generation that was noted as written is opened.
"""

from uuid import UUID

import structlog
from redis.exceptions import RedisError

from chassis import clock
from chassis.database import Database

from . import store
from .gate import Gate
from .tables import CouponEvent

logger = structlog.get_logger(__name__)


async def prepare_gate(database: Database, gate: Gate, coupon_event_id: UUID) -> None:
    event = await _begin(database, coupon_event_id)
    if event.gate_written_at is None and not await _write(database, gate, event):
        return
    if event.gate_opened_at is None:
        await _open(database, gate, event)


async def prepare_gate_now_or_later(database: Database, gate: Gate, coupon_event_id: UUID) -> None:
    """An event that is stored is not refused because Redis is away: what is left of this is finished by a job."""
    try:
        await prepare_gate(database, gate, coupon_event_id)
    except RedisError as error:
        logger.warning("gate_delayed", coupon_event_id=str(coupon_event_id), reason=repr(error))


async def _begin(database: Database, coupon_event_id: UUID) -> CouponEvent:
    async with database.transaction() as session:
        await store.begin_gate(session, coupon_event_id, clock.now())
        return await store.lock_event(session, coupon_event_id)


async def _write(database: Database, gate: Gate, event: CouponEvent) -> bool:
    if not await gate.write(event):
        return False
    async with database.transaction() as session:
        return await store.mark_gate_written(session, event, clock.now())


async def _open(database: Database, gate: Gate, event: CouponEvent) -> None:
    if not await gate.open(event.id, event.gate_generation):
        logger.error("gate_lost", coupon_event_id=str(event.id), generation=event.gate_generation)
        return
    async with database.transaction() as session:
        await store.mark_gate_opened(session, event, clock.now())
