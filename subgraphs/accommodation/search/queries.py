"""What clients ask when they look for a place."""

import strawberry

from chassis import clock
from chassis.context import Info
from chassis.money import minor_units
from chassis.types import Connection, wants_total

from ..accommodations.types import Accommodation
from ..calendar.types import StayInput
from .find import find_accommodations
from .rules import AccommodationOrder, Wanted
from .types import AccommodationFilter


@strawberry.type
class SearchQuery:
    @strawberry.field(description="With a stay, only what can be booked for all of it.")
    async def accommodations(  # noqa: PLR0917 - the arguments of the field
        self,
        info: Info,
        filter: AccommodationFilter | None = None,  # noqa: A002 - the argument's name
        stay: StayInput | None = None,
        order_by: AccommodationOrder = AccommodationOrder.RELEVANCE,
        first: int = 20,
        after: str | None = None,
    ) -> Connection[Accommodation]:
        settings = info.context.settings
        async with info.context.database.reading() as session:
            found = await find_accommodations(
                session,
                filter.read() if filter else Wanted(),
                stay.read() if stay else None,
                order=order_by,
                today=clock.today(settings.time_zone),
                digits=minor_units(settings.currency),
                first=first,
                after=after,
                count=wants_total(info),
            )
        return Connection.of(found, Accommodation.from_row)
