"""What guests do with bookings."""

from datetime import date
from decimal import Decimal

import strawberry

from chassis.context import Info
from chassis.ids import parse_id
from chassis.phones import number_of

from ..settings import Settings
from .cancel import cancel_booking
from .create import create_booking
from .rules import BookingRequest
from .types import Booking


@strawberry.input
class CreateBookingInput:
    idempotency_key: strawberry.ID = strawberry.field(
        description="Chosen by the client, 1 to 255 characters. The same key with the same input gives the same "
        "booking; with another input it is refused."
    )
    room_type_id: strawberry.ID
    check_in: date
    check_out: date
    guests: int
    rooms: int = 1
    guest_name: str
    guest_phone: str
    special_requests: str | None = None
    user_coupon_id: strawberry.ID | None = None
    points: int = strawberry.field(default=0, description="At most; no more is used than is left to pay.")
    expected_total: Decimal | None = strawberry.field(
        default=None,
        description="What the guest was shown. A different price refuses the booking with PRICE_CHANGED.",
    )

    def request(self, region: str) -> BookingRequest:
        """`region` is where a phone number is from that does not say."""
        return BookingRequest(
            idempotency_key=str(self.idempotency_key),
            room_type_id=parse_id(self.room_type_id, "roomTypeId"),
            check_in=self.check_in,
            check_out=self.check_out,
            guests=self.guests,
            rooms=self.rooms,
            guest_name=self.guest_name.strip(),
            guest_phone=self.guest_phone.strip(),
            guest_number=number_of(self.guest_phone, region),
            special_requests=self.special_requests or None,
            user_coupon_id=parse_id(self.user_coupon_id, "userCouponId") if self.user_coupon_id is not None else None,
            points=self.points,
            expected_total=self.expected_total,
        )


@strawberry.input(description="With `expectedRefund`, a refund that became another is refused with REFUND_CHANGED.")
class CancelBookingInput:
    booking_id: strawberry.ID
    reason: str
    expected_refund: Decimal | None = None


@strawberry.type
class BookingMutation:
    @strawberry.mutation(
        description="Answers at once with a PENDING booking; follow it with the subscription `booking`."
    )
    async def create_booking(self, info: Info, input: CreateBookingInput) -> Booking:  # noqa: A002 - the contract's name
        guest_id = info.context.principal.require_user()
        settings = info.context.resources[Settings]
        async with info.context.database.transaction(by=guest_id) as session:
            booking = await create_booking(
                session,
                info.context.cache,
                guest_id,
                input.request(settings.phone_region),
                currency=settings.currency,
                payment_due=settings.payment_due,
            )
        return Booking.from_row(booking)

    @strawberry.mutation
    async def cancel_booking(self, info: Info, input: CancelBookingInput) -> Booking:  # noqa: A002 - the contract's name
        guest_id = info.context.principal.require_user()
        async with info.context.database.transaction(by=guest_id) as session:
            booking = await cancel_booking(
                session,
                info.context.cache,
                guest_id,
                parse_id(input.booking_id, "bookingId"),
                reason=input.reason.strip(),
                expected_refund=input.expected_refund,
                zone=info.context.settings.time_zone,
            )
        return Booking.from_row(booking)
