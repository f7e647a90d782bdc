"""What clients ask about one accommodation."""

import strawberry

from chassis.context import Info

from .types import Accommodation


@strawberry.type
class AccommodationQuery:
    @strawberry.field
    async def accommodation(self, info: Info, id: strawberry.ID) -> Accommodation | None:  # noqa: A002
        return await Accommodation.resolve_reference(info, id)
