"""Bookings as their guests see them."""

from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Self

import strawberry

from chassis import clock
from chassis.context import Info
from chassis.ids import parse_id
from chassis.types import Money

from ..references import Accommodation, RoomType, UserCoupon
from . import snapshots, tables
from .cancellation import NotCancellable, by_guest
from .loaders import own_bookings_by_id


@strawberry.enum
class BookingStatus(Enum):
    PENDING = strawberry.enum_value(
        "PENDING", description="Being checked: nights, coupon and points are not all held yet."
    )
    AWAITING_PAYMENT = strawberry.enum_value("AWAITING_PAYMENT", description="Everything is held until `paymentDueAt`.")
    CONFIRMED = "CONFIRMED"
    COMPLETED = strawberry.enum_value("COMPLETED", description="The stay is over.")
    REFUSED = strawberry.enum_value(
        "REFUSED", description="It could not be had; see `refusal`. Nothing is held or owed."
    )
    EXPIRED = strawberry.enum_value("EXPIRED", description="Not paid in time. Nothing is held or owed.")
    CANCELLING = strawberry.enum_value("CANCELLING", description="Cancelled; what is owed is on its way back.")
    CANCELLED = "CANCELLED"


@strawberry.enum
class BookingRefusalCode(Enum):
    SOLD_OUT = "SOLD_OUT"
    CLOSED = "CLOSED"
    NOT_ON_SALE = "NOT_ON_SALE"
    MIN_NIGHTS = "MIN_NIGHTS"
    MAX_NIGHTS = "MAX_NIGHTS"
    TOO_MANY_GUESTS = "TOO_MANY_GUESTS"
    IN_THE_PAST = "IN_THE_PAST"
    TOO_FAR_AHEAD = "TOO_FAR_AHEAD"
    COUPON_NOT_USABLE = "COUPON_NOT_USABLE"
    NOT_ENOUGH_POINTS = "NOT_ENOUGH_POINTS"
    PRICE_CHANGED = "PRICE_CHANGED"
    PAYMENT_FAILED = "PAYMENT_FAILED"


@strawberry.enum
class BookingOrder(Enum):
    CREATED_AT_DESC = "CREATED_AT_DESC"
    CREATED_AT_ASC = "CREATED_AT_ASC"
    CHECK_IN_ASC = "CHECK_IN_ASC"
    CHECK_IN_DESC = "CHECK_IN_DESC"


@strawberry.type
class BookingRefusal:
    code: BookingRefusalCode
    message: str
    date: date | None

    @classmethod
    def from_row(cls, row: tables.Booking) -> Self | None:
        if row.refusal_code is None:
            return None
        return cls(
            code=BookingRefusalCode(row.refusal_code.value), message=row.refusal_message or "", date=row.refusal_night
        )


@strawberry.federation.type(shareable=True)
class NightPrice:
    date: date
    price: Money


@strawberry.type(description="`total` = `subtotal` − `couponDiscount` − `pointsUsed`, never below zero.")
class BookingPrice:
    nights: list[NightPrice] = strawberry.field(description="For one room.")
    subtotal: Money = strawberry.field(description="All nights for all rooms.")
    coupon_discount: Money
    points_used: int
    total: Money

    @classmethod
    def from_row(cls, row: tables.Booking) -> Self | None:
        if row.terms is None or row.subtotal is None or row.coupon_discount is None or row.total is None:
            return None

        def money(amount: Decimal) -> Money:
            return Money(amount=amount, currency=row.currency)

        return cls(
            nights=[NightPrice(date=night.date, price=money(night.price)) for night in row.terms.nights],
            subtotal=money(row.subtotal),
            coupon_discount=money(row.coupon_discount),
            points_used=row.points_used,
            total=money(row.total),
        )


@strawberry.type(description="What was booked, as it was called then.")
class BookedPlace:
    accommodation_name: str
    room_type_name: str
    address_line: str
    check_in_time: time
    check_out_time: time

    @classmethod
    def of(cls, place: snapshots.BookedPlace) -> Self:
        return cls(
            accommodation_name=place.accommodation_name,
            room_type_name=place.room_type_name,
            address_line=place.address_line,
            check_in_time=place.check_in_time,
            check_out_time=place.check_out_time,
        )


@strawberry.federation.type(shareable=True)
class CancellationTier:
    days_before: int
    fee_percent: int


@strawberry.federation.type(shareable=True)
class CancellationPolicy:
    name: str
    tiers: list[CancellationTier]

    @classmethod
    def of(cls, policy: snapshots.CancellationPolicy) -> Self:
        tiers = [CancellationTier(days_before=tier.days_before, fee_percent=tier.fee_percent) for tier in policy.tiers]
        return cls(name=policy.name, tiers=tiers)


@strawberry.type(description="What cancelling now would do. Carrying it out gives exactly this.")
class CancellationQuote:
    fee: Money
    refund: Money
    points_returned: int
    coupon_returned: bool

    @classmethod
    def of(cls, cancellation: snapshots.Cancellation, currency: str) -> Self:
        return cls(
            fee=Money(amount=cancellation.fee, currency=currency),
            refund=Money(amount=cancellation.refund, currency=currency),
            points_returned=cancellation.points_returned,
            coupon_returned=cancellation.coupon_returned,
        )


@strawberry.enum
class CancelledBy(Enum):
    GUEST = "GUEST"
    HOUSE = "HOUSE"


@strawberry.type
class Cancellation:
    by: CancelledBy
    reason: str
    fee: Money
    refund: Money
    points_returned: int
    coupon_returned: bool

    @classmethod
    def from_row(cls, row: tables.Booking) -> Self | None:
        if row.cancellation is None:
            return None
        done = row.cancellation
        return cls(
            by=CancelledBy(done.by.value),
            reason=done.reason,
            fee=Money(amount=done.fee, currency=row.currency),
            refund=Money(amount=done.refund, currency=row.currency),
            points_returned=done.points_returned,
            coupon_returned=done.coupon_returned,
        )


@strawberry.federation.type(keys=["id"])
class Booking:
    row: strawberry.Private[tables.Booking]
    id: strawberry.ID
    code: str = strawberry.field(description="Short, unambiguous to read out, unique.")
    status: BookingStatus
    accommodation: Accommodation | None
    room_type: RoomType | None
    place: BookedPlace | None = strawberry.field(description="Null until the nights are held.")
    check_in: date
    check_out: date
    guests: int
    rooms: int
    guest_name: str
    guest_phone: str
    special_requests: str | None
    price: BookingPrice | None = strawberry.field(description="Null until the nights are held.")
    user_coupon: UserCoupon | None
    cancellation_policy: CancellationPolicy | None = strawberry.field(description="Null until the nights are held.")
    cancellation: Cancellation | None
    refusal: BookingRefusal | None
    payment_due_at: datetime | None
    created_at: datetime
    confirmed_at: datetime | None
    cancelled_at: datetime | None

    @classmethod
    def from_row(cls, row: tables.Booking) -> Self:
        policy = row.terms.policy if row.terms else None
        return cls(
            row=row,
            id=strawberry.ID(str(row.id)),
            code=row.code,
            status=BookingStatus(row.status.value),
            accommodation=Accommodation.of(row.accommodation_id),
            room_type=RoomType.of(row.room_type_id),
            place=BookedPlace.of(row.terms.place) if row.terms else None,
            check_in=row.check_in,
            check_out=row.check_out,
            guests=row.guests,
            rooms=row.rooms,
            guest_name=row.guest_name,
            guest_phone=row.guest_phone,
            special_requests=row.special_requests,
            price=BookingPrice.from_row(row),
            user_coupon=UserCoupon.of(row.user_coupon_id),
            cancellation_policy=CancellationPolicy.of(policy) if policy else None,
            cancellation=Cancellation.from_row(row),
            refusal=BookingRefusal.from_row(row),
            payment_due_at=row.payment_due_at,
            created_at=row.created_at,
            confirmed_at=row.confirmed_at,
            cancelled_at=row.cancelled_at,
        )

    @strawberry.field(description="Null when the booking can't be cancelled.")
    def cancellation_quote(self, info: Info) -> CancellationQuote | None:
        try:
            quoted = by_guest(self.row, "", clock.now(), info.context.settings.time_zone)
        except NotCancellable:
            return None
        return CancellationQuote.of(quoted, self.row.currency)

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:  # noqa: A002 - the key's name
        row = await info.context.loader(own_bookings_by_id).load(parse_id(id))
        return cls.from_row(row) if row else None
