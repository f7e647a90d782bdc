"""What guests ask about their bookings."""

from datetime import date

import strawberry

from chassis.context import Info
from chassis.ids import parse_id
from chassis.types import Connection, wants_total

from . import store, tables
from .loaders import own_bookings_by_id
from .types import Booking, BookingOrder, BookingStatus


@strawberry.type
class BookingQuery:
    @strawberry.field(description="Own bookings only.")
    async def booking(self, info: Info, id: strawberry.ID) -> Booking | None:  # noqa: A002 - the argument's name
        row = await info.context.loader(own_bookings_by_id).load(parse_id(id))
        return Booking.from_row(row) if row else None


@strawberry.federation.type(keys=["id"])
class Viewer:
    """The signed-in person, and what booking knows of them; nobody gets another's."""

    id: strawberry.ID

    @strawberry.field
    async def bookings(
        self,
        info: Info,
        *,
        statuses: list[BookingStatus] | None = None,
        check_in_from: date | None = None,
        check_in_to: date | None = None,
        order_by: BookingOrder = BookingOrder.CREATED_AT_DESC,
        first: int = 20,
        after: str | None = None,
    ) -> Connection[Booking] | None:
        wanted = None if statuses is None else [tables.BookingStatus(status.value) for status in statuses]
        conditions = store.wanted_of_guest(
            store.Wanted(statuses=wanted, check_in_from=check_in_from, check_in_to=check_in_to), parse_id(self.id)
        )
        async with info.context.database.reading() as session:
            page = await store.page_of_bookings(
                session, conditions, order=order_by.value, first=first, after=after, count=wants_total(info)
            )
        return Connection.of(page, Booking.from_row)

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> "Viewer | None":  # noqa: A002 - the key's name
        return cls(id=id) if parse_id(id) == info.context.principal.user_id else None
