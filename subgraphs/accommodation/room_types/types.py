"""Room types as the graph shows them, and the room types of an accommodation."""

from typing import Self

import strawberry

from chassis.context import Info
from chassis.fields import field_of
from chassis.ids import parse_id
from chassis.types import Money

from ..accommodations.loaders import accommodations_by_id
from ..accommodations.types import Accommodation
from . import tables
from .loaders import room_types_by_id, room_types_of


@strawberry.federation.type(keys=["id"])
class RoomType:
    id: strawberry.ID
    name: str
    description: str
    max_guests: int
    max_nights: int
    row: strawberry.Private[tables.RoomType]

    @strawberry.field
    def base_price(self, info: Info) -> Money:
        return Money(amount=self.row.base_price, currency=info.context.settings.currency)

    @strawberry.field
    async def accommodation(self, info: Info) -> Accommodation:
        row = await info.context.loader(accommodations_by_id).load(self.row.accommodation_id)
        if row is None:
            raise LookupError(f"Room type {self.id} is shown although its accommodation never was")
        return Accommodation.from_row(row)

    @classmethod
    def from_row(cls, row: tables.RoomType) -> Self:
        return cls(
            id=strawberry.ID(str(row.id)),
            name=row.name,
            description=row.description,
            max_guests=row.max_guests,
            max_nights=row.max_nights,
            row=row,
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:  # noqa: A002 - the key's name
        row = await info.context.loader(room_types_by_id).load(parse_id(id))
        return cls.from_row(row) if row else None


@field_of(Accommodation)
async def room_types(accommodation: strawberry.Parent[Accommodation], info: Info) -> list[RoomType]:
    rows = await info.context.loader(room_types_of).load(accommodation.key)
    return [RoomType.from_row(row) for row in rows]
