"""What clients ask when they look for a place."""

import strawberry

from chassis.context import Info
from chassis.money import minor_units
from chassis.pagination import Page
from chassis.types import wants_total

from ..accommodations.types import AccommodationConnection
from ..calendar.types import StayInput
from .find import find_accommodations, find_regions
from .rules import AccommodationOrder, Wanted
from .types import AccommodationFilter, Region


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
    ) -> AccommodationConnection:
        settings = info.context.settings
        wanted = filter.read() if filter else Wanted()
        async with info.context.database.reading() as session:
            found = await find_accommodations(
                session,
                wanted,
                stay.read() if stay else None,
                order=order_by,
                today=settings.today(),
                digits=minor_units(settings.currency),
                first=first,
                after=after,
                count=wants_total(info),
            )
        rows = Page([each.row for each in found.rows], found.cursors, found.has_next, found.has_previous, found.total)
        distances = [each.distance_km for each in found.rows] if wanted.near else []
        return AccommodationConnection.of_places(rows, distances)

    @strawberry.field(description="Where there are places to book, the fullest first; `text` is a beginning.")
    async def regions(self, info: Info, text: str | None = None, first: int = 20) -> list[Region]:
        async with info.context.database.reading() as session:
            return [Region.of(each) for each in await find_regions(session, text, first)]
