"""Look at an event from all sides at one moment: its row, what its gate knows, and how much of it is in the rows."""

from uuid import UUID

from chassis import clock
from chassis.database import Database
from chassis.errors import NotFound

from ..coupons.store import coupons_by_id
from . import store
from .gate import Gate
from .rules import Seen, board_version_of, version_of


async def look_at_event(database: Database, gate: Gate, coupon_event_id: UUID) -> tuple[tuple[int, ...], Seen]:
    """As people see it, with its version. Raise NotFound."""
    async with database.reading() as session:
        event = await store.find_event(session, coupon_event_id)
        if event is None:
            raise NotFound("There is no such coupon event.")
        coupons = await coupons_by_id(session, [event.coupon_id])
    view = await gate.look(coupon_event_id)
    seen = Seen(event, coupons[event.coupon_id], view, view.at if view else clock.now())
    return version_of(seen), seen


async def look_at_board(database: Database, gate: Gate, coupon_event_id: UUID) -> tuple[tuple[int, ...], Seen]:
    """With both its books, also when it is deleted. Raise NotFound."""
    async with database.reading() as session:
        event = (await store.events_by_id(session, {coupon_event_id})).get(coupon_event_id)
        if event is None:
            raise NotFound("There is no such coupon event.")
        coupons = await coupons_by_id(session, [event.coupon_id])
        recorded = await store.recorded_by_event(session, {coupon_event_id})
        dead_lettered = await store.dead_letters_by_event(session, {coupon_event_id})
    view = await gate.look(coupon_event_id)
    at = view.at if view else clock.now()
    books = recorded.get(event.id, 0), dead_lettered.get(event.id, 0)
    seen = Seen(event, coupons[event.coupon_id], view, at, *books)
    return board_version_of(seen), seen
