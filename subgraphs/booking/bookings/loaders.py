"""Bookings and their steps by id, a whole level of a query at once, each only to whom it may be shown."""

from collections.abc import Callable, Sequence
from uuid import UUID

from chassis.context import Context
from chassis.principal import Role

from . import store
from .rules import belongs_to, is_run_by
from .tables import Booking, BookingStep


async def own_bookings_by_id(context: Context, ids: list[UUID]) -> list[Booking | None]:
    """Those of the guest who asks. What is another's is as absent as what does not exist."""
    guest_id = context.principal.user_id
    if guest_id is None:
        return [None] * len(ids)
    return await _shown(context, ids, lambda booking: belongs_to(booking, guest_id))


async def run_bookings_by_id(context: Context, ids: list[UUID]) -> list[Booking | None]:
    """Those at places of the host who asks; all of them to an administrator."""
    if context.principal.role not in {Role.HOST, Role.ADMIN}:
        return [None] * len(ids)
    host_id = None if context.principal.role is Role.ADMIN else context.principal.require_user()
    return await _shown(context, ids, lambda booking: is_run_by(booking, host_id))


async def steps_by_booking(context: Context, ids: list[UUID]) -> list[Sequence[BookingStep]]:
    async with context.database.reading() as session:
        found = await store.steps_by_booking(session, ids)
    return [found.get(booking_id, []) for booking_id in ids]


async def _shown(context: Context, ids: list[UUID], may_be: Callable[[Booking], bool]) -> list[Booking | None]:
    async with context.database.reading() as session:
        found = await store.bookings_by_id(session, ids)
    bookings = (found.get(booking_id) for booking_id in ids)
    return [booking if booking and may_be(booking) else None for booking in bookings]
