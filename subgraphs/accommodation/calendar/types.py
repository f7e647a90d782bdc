"""Nights and quotes as the graph shows them, and the calendar of a room type."""

from datetime import date
from typing import Annotated, Self

import strawberry

from chassis.context import Info
from chassis.fields import field_of
from chassis.types import Money

from ..room_types.types import RoomType
from . import rules, tables
from .loaders import calendars, quotes

strawberry.enum(rules.StayRefusalCode)


@strawberry.input(description="Half-open: the night of `checkOut` is not stayed.")
class StayInput:
    check_in: date
    check_out: date
    guests: int = 2
    rooms: int = 1

    def read(self) -> rules.Stay:
        """The stay, or INVALID_INPUT where it is none at all."""
        stay = rules.Stay(self.check_in, self.check_out, self.guests, self.rooms)
        rules.ensure_stay(stay)
        return stay


@strawberry.type
class CalendarNight:
    date: date
    price: Money
    rooms_left: int
    closed: bool
    min_nights: int

    @classmethod
    def from_row(cls, row: tables.Night, currency: str) -> Self:
        return cls(
            date=row.date,
            price=Money(amount=row.price, currency=currency),
            rooms_left=row.rooms_left,
            closed=row.closed,
            min_nights=row.min_nights,
        )


@strawberry.federation.type(shareable=True)
class NightPrice:
    date: date
    price: Money = strawberry.field(description="For one room.")


@strawberry.type
class StayRefusal:
    code: rules.StayRefusalCode
    message: str
    date: date | None

    @classmethod
    def of(cls, refusal: rules.StayRefusal) -> Self:
        return cls(code=refusal.code, message=refusal.message, date=refusal.night)


@strawberry.type
class StayQuote:
    available: bool
    nights: list[NightPrice] = strawberry.field(description="Empty when the stay is not available.")
    total: Money | None = strawberry.field(description="All nights for all rooms. Null when the stay is not available.")
    refusal: StayRefusal | None

    @classmethod
    def of(cls, quote: rules.Quote, currency: str) -> Self:
        return cls(
            available=quote.refusal is None,
            nights=[
                NightPrice(date=night.date, price=Money(amount=night.price, currency=currency))
                for night in quote.nights
            ],
            total=None if quote.total is None else Money(amount=quote.total, currency=currency),
            refusal=StayRefusal.of(quote.refusal) if quote.refusal else None,
        )


@field_of(RoomType, description="At most 366 nights, `to` not included. Nights not on sale are left out.")
async def calendar(
    room_type: strawberry.Parent[RoomType],
    info: Info,
    from_: Annotated[date, strawberry.argument(name="from")],
    to: date,
) -> list[CalendarNight]:
    rules.ensure_range(from_, to)
    nights = await info.context.loader(calendars).load((room_type.row.id, (from_, to)))
    return [CalendarNight.from_row(night, info.context.settings.currency) for night in nights]


@field_of(RoomType, description="Whether the stay can be had, and for how much.")
async def quote(room_type: strawberry.Parent[RoomType], info: Info, stay: StayInput) -> StayQuote:
    found = await info.context.loader(quotes).load((room_type.row.id, stay.read()))
    return StayQuote.of(found, info.context.settings.currency)
