"""Nights in the back office: the calendar of a room type, opening nights and changing them."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from enum import Enum
from typing import Annotated, Self

import strawberry

from chassis.context import Info
from chassis.fields import field_of
from chassis.ids import parse_id
from chassis.types import Money

from ..accommodations.admin import BY_HOUSE
from ..accommodations.rules import Reach
from ..room_types.admin import AdminRoomType
from . import rules, tables
from .change import Change, change_nights
from .loaders import run_calendars
from .open import Opening, open_nights


@strawberry.enum
class Weekday(Enum):
    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


@strawberry.type(name="CalendarNight")
class AdminCalendarNight:
    date: dt.date
    price: Money
    units: int
    held: int
    sold: int
    closed: bool
    min_nights: int

    @classmethod
    def from_row(cls, row: tables.Night, currency: str) -> Self:
        return cls(
            date=row.date,
            price=Money(amount=row.price, currency=currency),
            units=row.units,
            held=row.held,
            sold=row.sold,
            closed=row.closed,
            min_nights=row.min_nights,
        )


@field_of(AdminRoomType)
async def calendar(
    room_type: strawberry.Parent[AdminRoomType],
    info: Info,
    from_: Annotated[dt.date, strawberry.argument(name="from")],
    to: dt.date,
) -> list[AdminCalendarNight]:
    rules.ensure_range(from_, to)
    return _shown(info, await info.context.loader(run_calendars).load((room_type.row.id, (from_, to))))


@strawberry.input(
    description="Puts nights on sale. At most 366 nights, not in the past, at most two years ahead; nights on sale "
    "already are left as they are. Price and units default to the room type's."
)
class OpenNightsInput:
    room_type_id: strawberry.ID
    from_: dt.date = strawberry.field(name="from")
    to: dt.date
    except_: list[dt.date] = strawberry.field(name="except", default_factory=list)
    price: Decimal | None = None
    units: int | None = None
    min_nights: int = 1

    def read(self) -> Opening:
        dates = rules.Dates(self.from_, self.to)
        return Opening(dates, frozenset(self.except_), self.price, self.units, self.min_nights)


@strawberry.input(
    description="Changes nights on sale; a field left out stays. Units can't go below what is held and sold."
)
class UpdateNightsInput:
    room_type_id: strawberry.ID
    from_: dt.date = strawberry.field(name="from")
    to: dt.date
    weekdays: list[Weekday] | None = None
    price: Decimal | None = None
    units: int | None = None
    closed: bool | None = None
    min_nights: int | None = None

    def read(self) -> Change:
        rules.ensure_some(self.weekdays)
        weekdays = frozenset(each.value for each in self.weekdays or ())
        dates = rules.Dates(self.from_, self.to, weekdays)
        return Change(dates, self.price, self.units, self.closed, self.min_nights)


@strawberry.type
class CalendarAdminMutation:
    @strawberry.mutation(extensions=[BY_HOUSE])
    async def open_nights(self, info: Info, input: OpenNightsInput) -> list[AdminCalendarNight]:  # noqa: A002
        context, by = info.context, info.context.principal.require_user()
        async with context.database.transaction(by=by) as session:
            nights = await open_nights(
                session,
                parse_id(input.room_type_id, "roomTypeId"),
                input.read(),
                Reach.of(context.principal),
                by=by,
                today=context.settings.today(),
                currency=context.settings.currency,
            )
        return _shown(info, nights)

    @strawberry.mutation(extensions=[BY_HOUSE])
    async def update_nights(self, info: Info, input: UpdateNightsInput) -> list[AdminCalendarNight]:  # noqa: A002
        context, by = info.context, info.context.principal.require_user()
        async with context.database.transaction(by=by) as session:
            nights = await change_nights(
                session,
                parse_id(input.room_type_id, "roomTypeId"),
                input.read(),
                Reach.of(context.principal),
                by=by,
                today=context.settings.today(),
                currency=context.settings.currency,
            )
        return _shown(info, nights)


def _shown(info: Info, nights: Sequence[tables.Night]) -> list[AdminCalendarNight]:
    return [AdminCalendarNight.from_row(night, info.context.settings.currency) for night in nights]
