"""Issue a coupon: the gate decides, and everything after it follows from what it wrote down."""

from uuid import UUID

from chassis import clock
from chassis.database import Database
from chassis.errors import NotFound

from . import store
from .gate import Gate, GateLost
from .note_sold_out import SoldOutNotes
from .nudge import EventNudges
from .rules import Acceptance, CouponRejection, Rejection, is_sold_out, issuance_id, status_of
from .tables import CouponIssuance


async def issue_coupon(
    coupon_event_id: UUID, user_id: UUID, *, gate: Gate, database: Database, nudges: EventNudges, notes: SoldOutNotes
) -> Acceptance | CouponIssuance | Rejection:
    """One round trip to Redis; PostgreSQL is asked only where there is no gate. Nobody waits for those who watch.

    Raise NotFound, or GateLost where the event can't be answered for right now.
    """
    try:
        decided = await gate.take(coupon_event_id, user_id)
    except GateLost:
        return await _without_gate(database, coupon_event_id, user_id)
    nudges.moved(coupon_event_id)
    if is_sold_out(decided):
        notes.note(coupon_event_id, decided.generation)
    return decided


async def _without_gate(database: Database, coupon_event_id: UUID, user_id: UUID) -> CouponIssuance | Rejection:
    """Of a settled event the rows know everything. Of any other, only its gate can say who may have a coupon."""
    async with database.reading() as session:
        event = await store.find_event(session, coupon_event_id)
        issuance = await store.find_issuance(session, issuance_id(coupon_event_id, user_id))
    if event is None:
        raise NotFound("There is no such coupon event.")
    if issuance is not None:
        return issuance
    if event.settled_at is None:
        raise GateLost
    now = clock.now()
    return Rejection(CouponRejection(status_of(event, None, now).value), now, event.gate_generation)
