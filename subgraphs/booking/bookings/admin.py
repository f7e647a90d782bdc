"""Bookings in the back office: hosts see those of their own places, administrators all, with every step."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from enum import Enum
from typing import Any, Self
from uuid import UUID

import strawberry

from chassis.context import Info
from chassis.ids import parse_id
from chassis.principal import Principal
from chassis.roles import Role, requires_role
from chassis.searches import sought_in
from chassis.types import Connection, wants_total

from ..references import Accommodation, RoomType, User, UserCoupon
from ..settings import Settings
from . import store, tables
from .cancel_for_house import cancel_for_house
from .follow import follow_bookings
from .loaders import run_bookings_by_id, steps_by_booking
from .types import BookingPrice, BookingRefusal, BookingStatus, Cancellation

BY_HOUSE = requires_role(Role.HOST, Role.ADMIN)
BY_ADMIN = requires_role(Role.ADMIN)
# A default is printed as it is written: `filter: BookingFilter! = {}`.
ALL: Any = {}


def host_of(principal: Principal) -> UUID | None:
    """Whose places somebody is confined to; None is an administrator, who is not."""
    return None if principal.role is Role.ADMIN else principal.require_user()


@strawberry.type
class BookingStep:
    at: datetime
    name: str
    detail: str | None

    @classmethod
    def from_row(cls, row: tables.BookingStep) -> Self:
        return cls(at=row.at, name=row.name, detail=row.detail)


@strawberry.federation.type(
    name="Booking",
    keys=["id"],
    description="Hosts see the bookings of their own accommodations; administrators all.",
)
class AdminBooking:
    row: strawberry.Private[tables.Booking]
    id: strawberry.ID
    code: str
    status: BookingStatus
    guest: User | None
    accommodation: Accommodation | None
    room_type: RoomType | None
    check_in: date
    check_out: date
    guests: int
    rooms: int
    guest_name: str
    special_requests: str | None
    price: BookingPrice | None
    user_coupon: UserCoupon | None = strawberry.field(extensions=[BY_ADMIN])
    refusal: BookingRefusal | None
    cancellation: Cancellation | None
    payment_due_at: datetime | None
    created_at: datetime
    confirmed_at: datetime | None
    cancelled_at: datetime | None
    stuck_since: datetime | None = strawberry.field(
        description="A step can't be taken and needs a person; `steps` tells why."
    )

    @strawberry.field(description="For the host from CONFIRMED on.")
    def guest_phone(self, info: Info) -> str | None:
        is_known = self.row.confirmed_at is not None or info.context.principal.role is Role.ADMIN
        return (self.row.guest_phone or None) if is_known else None

    @strawberry.field(description="Every step the booking took, oldest first.", extensions=[BY_ADMIN])
    async def steps(self, info: Info) -> list[BookingStep]:
        rows = await info.context.loader(steps_by_booking).load(self.row.id)
        return [BookingStep.from_row(row) for row in rows]

    @classmethod
    def from_row(cls, row: tables.Booking) -> Self:
        return cls(
            row=row,
            id=strawberry.ID(str(row.id)),
            code=row.code,
            status=BookingStatus(row.status.value),
            guest=User.of(row.guest_id),
            accommodation=Accommodation.of(row.accommodation_id),
            room_type=RoomType.of(row.room_type_id),
            check_in=row.check_in,
            check_out=row.check_out,
            guests=row.guests,
            rooms=row.rooms,
            guest_name=row.guest_name,
            special_requests=row.special_requests,
            price=BookingPrice.from_row(row),
            user_coupon=UserCoupon.of(row.user_coupon_id),
            refusal=BookingRefusal.from_row(row),
            cancellation=Cancellation.from_row(row),
            payment_due_at=row.payment_due_at,
            created_at=row.created_at,
            confirmed_at=row.confirmed_at,
            cancelled_at=row.cancelled_at,
            stuck_since=row.stuck_since,
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:  # noqa: A002 - the key's name
        row = await info.context.loader(run_bookings_by_id).load(parse_id(id))
        return cls.from_row(row) if row else None


@strawberry.input(description="`text` is matched against code, guest name and phone number.")
class BookingFilter:
    text: str | None = None
    statuses: list[BookingStatus] | None = None
    guest_id: strawberry.ID | None = None
    accommodation_id: strawberry.ID | None = None
    room_type_id: strawberry.ID | None = None
    check_in_from: date | None = None
    check_in_to: date | None = None
    check_out_from: date | None = None
    check_out_to: date | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    stuck: bool | None = None

    def wanted(self, region: str) -> store.Wanted:
        """`region` is where a phone number is from that does not say."""
        return store.Wanted(
            sought=sought_in(self.text or "", region),
            statuses=None if self.statuses is None else [tables.BookingStatus(each.value) for each in self.statuses],
            guest_id=_parsed(self.guest_id, "guestId"),
            accommodation_id=_parsed(self.accommodation_id, "accommodationId"),
            room_type_id=_parsed(self.room_type_id, "roomTypeId"),
            check_in_from=self.check_in_from,
            check_in_to=self.check_in_to,
            check_out_from=self.check_out_from,
            check_out_to=self.check_out_to,
            created_from=self.created_from,
            created_to=self.created_to,
            stuck=self.stuck,
        )


def _parsed(given: strawberry.ID | None, field: str) -> UUID | None:
    return None if given is None else parse_id(given, field)


@strawberry.enum(name="BookingOrder")
class AdminBookingOrder(Enum):
    CREATED_AT_DESC = "CREATED_AT_DESC"
    CREATED_AT_ASC = "CREATED_AT_ASC"
    CHECK_IN_ASC = "CHECK_IN_ASC"
    CHECK_IN_DESC = "CHECK_IN_DESC"
    TOTAL_DESC = "TOTAL_DESC"


@strawberry.type
class BookingAdminQuery:
    @strawberry.field(extensions=[BY_HOUSE])
    async def booking(self, info: Info, id: strawberry.ID) -> AdminBooking | None:  # noqa: A002 - the argument's name
        row = await info.context.loader(run_bookings_by_id).load(parse_id(id))
        return AdminBooking.from_row(row) if row else None

    @strawberry.field(extensions=[BY_HOUSE])
    async def bookings(
        self,
        info: Info,
        *,
        filter: BookingFilter = ALL,  # noqa: A002 - the argument's name
        order_by: AdminBookingOrder = AdminBookingOrder.CREATED_AT_DESC,
        first: int = 20,
        after: str | None = None,
    ) -> Connection[AdminBooking]:
        wanted = filter.wanted(info.context.resources[Settings].phone_region)
        conditions = store.wanted_of_host(wanted, host_of(info.context.principal))
        async with info.context.database.reading() as session:
            page = await store.page_of_bookings(
                session, conditions, order=order_by.value, first=first, after=after, count=wants_total(info)
            )
        return Connection.of(page, AdminBooking.from_row)


@strawberry.input(name="CancelBookingInput")
class AdminCancelBookingInput:
    booking_id: strawberry.ID
    reason: str
    by_policy: bool = strawberry.field(default=False, description="By the guest's policy instead of in full.")


@strawberry.type
class BookingAdminMutation:
    @strawberry.mutation(
        description="The house cancels: a full refund whatever the policy; coupon and points go back. Until check-out.",
        extensions=[BY_HOUSE],
    )
    async def cancel_booking(self, info: Info, input: AdminCancelBookingInput) -> AdminBooking:  # noqa: A002 - its name
        principal = info.context.principal
        async with info.context.database.transaction(by=principal.user_id) as session:
            booking = await cancel_for_house(
                session,
                info.context.cache,
                host_of(principal),
                parse_id(input.booking_id, "bookingId"),
                reason=input.reason.strip(),
                by_policy=input.by_policy,
                zone=info.context.settings.time_zone,
            )
        return AdminBooking.from_row(booking)


@strawberry.type
class BookingAdminSubscription:
    @strawberry.subscription(description="Bookings of one's places as they come and change.", extensions=[BY_HOUSE])
    async def bookings(self, info: Info) -> AsyncIterator[AdminBooking]:
        context = info.context
        async for row in follow_bookings(context.database, context.cache, host_of(context.principal)):
            yield AdminBooking.from_row(row)
