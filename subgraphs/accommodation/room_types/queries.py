"""What clients ask about one room type."""

import strawberry

from chassis.context import Info

from .types import RoomType


@strawberry.type
class RoomTypeQuery:
    @strawberry.field
    async def room_type(self, info: Info, id: strawberry.ID) -> RoomType | None:  # noqa: A002
        return await RoomType.resolve_reference(info, id)
