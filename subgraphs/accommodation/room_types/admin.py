"""Room types in the back office, and the room types of an accommodation there."""

from decimal import Decimal
from typing import Any, Self

import strawberry

from chassis.context import Info
from chassis.fields import field_of
from chassis.ids import parse_id
from chassis.types import Money

from ..accommodations.admin import BY_HOUSE, AdminAccommodation
from ..accommodations.loaders import run_accommodations_by_id
from ..accommodations.rules import Reach
from . import tables
from .change import change_room_type
from .create import create_room_type
from .loaders import room_types_of, run_room_types_by_id


@strawberry.federation.type(name="RoomType", keys=["id"])
class AdminRoomType:
    id: strawberry.ID
    name: str
    description: str
    max_guests: int
    max_nights: int
    units: int = strawberry.field(description="For nights opened from now on; those already open keep theirs.")
    row: strawberry.Private[tables.RoomType]

    @strawberry.field
    def base_price(self, info: Info) -> Money:
        return Money(amount=self.row.base_price, currency=info.context.settings.currency)

    @strawberry.field
    async def accommodation(self, info: Info) -> AdminAccommodation:
        row = await info.context.loader(run_accommodations_by_id).load(self.row.accommodation_id)
        if row is None:
            raise LookupError(f"Room type {self.id} is shown although its accommodation is not")
        return AdminAccommodation.from_row(row)

    @classmethod
    def from_row(cls, row: tables.RoomType) -> Self:
        return cls(
            id=strawberry.ID(str(row.id)),
            name=row.name,
            description=row.description,
            max_guests=row.max_guests,
            max_nights=row.max_nights,
            units=row.units,
            row=row,
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:  # noqa: A002 - the key's name
        row = await info.context.loader(run_room_types_by_id).load(parse_id(id))
        return cls.from_row(row) if row else None


@field_of(AdminAccommodation)
async def room_types(accommodation: strawberry.Parent[AdminAccommodation], info: Info) -> list[AdminRoomType]:
    rows = await info.context.loader(room_types_of).load(accommodation.row.id)
    return [AdminRoomType.from_row(row) for row in rows]


@strawberry.input
class CreateRoomTypeInput:
    accommodation_id: strawberry.ID
    name: str
    description: str
    max_guests: int
    max_nights: int = 30
    units: int
    base_price: Decimal

    def to_row(self) -> tables.RoomType:
        return tables.RoomType(
            accommodation_id=parse_id(self.accommodation_id, "accommodationId"),
            name=self.name.strip(),
            description=self.description.strip(),
            max_guests=self.max_guests,
            max_nights=self.max_nights,
            units=self.units,
            base_price=self.base_price,
        )


@strawberry.input(description="A field left out stays.")
class UpdateRoomTypeInput:
    room_type_id: strawberry.ID
    name: str | None = None
    description: str | None = None
    max_guests: int | None = None
    max_nights: int | None = None
    units: int | None = None
    base_price: Decimal | None = None

    def changes(self) -> dict[str, Any]:
        """The columns it gives a value."""
        given = {
            "name": self.name.strip() if self.name is not None else None,
            "description": self.description.strip() if self.description is not None else None,
            "max_guests": self.max_guests,
            "max_nights": self.max_nights,
            "units": self.units,
            "base_price": self.base_price,
        }
        return {column: value for column, value in given.items() if value is not None}


@strawberry.type
class RoomTypeAdminMutation:
    @strawberry.mutation(extensions=[BY_HOUSE])
    async def create_room_type(self, info: Info, input: CreateRoomTypeInput) -> AdminRoomType:  # noqa: A002
        context, room_type = info.context, input.to_row()
        async with context.database.transaction(by=context.principal.user_id) as session:
            await create_room_type(session, room_type, Reach.of(context.principal), context.settings.currency)
        return AdminRoomType.from_row(room_type)

    @strawberry.mutation(extensions=[BY_HOUSE])
    async def update_room_type(self, info: Info, input: UpdateRoomTypeInput) -> AdminRoomType:  # noqa: A002
        context, room_type_id = info.context, parse_id(input.room_type_id, "roomTypeId")
        async with context.database.transaction(by=context.principal.user_id) as session:
            room_type = await change_room_type(
                session, room_type_id, input.changes(), Reach.of(context.principal), context.settings.currency
            )
        return AdminRoomType.from_row(room_type)
