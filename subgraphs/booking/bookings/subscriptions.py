"""A booking followed while it changes."""

from collections.abc import AsyncIterator
from uuid import UUID

import strawberry

from chassis.context import Context, Info
from chassis.errors import NotFound
from chassis.ids import parse_id
from chassis.watch import watch

from . import store, tables
from .nudge import channel_of
from .rules import belongs_to, is_final
from .types import Booking


@strawberry.type
class BookingSubscription:
    @strawberry.subscription(
        description="The booking as it is now, then again each time it changes, until it can change no more."
    )
    async def booking(self, info: Info, id: strawberry.ID) -> AsyncIterator[Booking]:  # noqa: A002 - the argument's name
        info.context.principal.require_user()
        booking_id = parse_id(id)

        async def read() -> tuple[int, tables.Booking]:
            booking = await _own_booking(info.context, booking_id)
            return booking.version, booking

        async for booking in watch(info.context.cache, channel_of(booking_id), read):
            yield Booking.from_row(booking)
            if is_final(booking.status):
                return


async def _own_booking(context: Context, booking_id: UUID) -> tables.Booking:
    async with context.database.reading() as session:
        booking = await store.find_booking(session, booking_id)
    if booking is None or not belongs_to(booking, context.principal.user_id):
        raise NotFound("There is no such booking.")
    return booking
