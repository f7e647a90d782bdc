"""What hosts and administrators put on sale and take off it."""

import strawberry

from chassis.context import Info
from chassis.ids import parse_id

from ..accommodations.admin import BY_HOUSE, AdminAccommodation
from ..accommodations.rules import Reach
from .delete import delete_accommodation, delete_room_type
from .publish import publish_accommodation
from .withdraw import withdraw_accommodation


@strawberry.type
class OfferAdminMutation:
    @strawberry.mutation(description="Needs a room type.", extensions=[BY_HOUSE])
    async def publish_accommodation(self, info: Info, accommodation_id: strawberry.ID) -> AdminAccommodation:
        context, key = info.context, parse_id(accommodation_id, "accommodationId")
        async with context.database.transaction(by=context.principal.user_id) as session:
            place = await publish_accommodation(session, key, Reach.of(context.principal))
        return AdminAccommodation.from_row(place)

    @strawberry.mutation(extensions=[BY_HOUSE])
    async def withdraw_accommodation(self, info: Info, accommodation_id: strawberry.ID) -> AdminAccommodation:
        context, key = info.context, parse_id(accommodation_id, "accommodationId")
        async with context.database.transaction(by=context.principal.user_id) as session:
            place = await withdraw_accommodation(session, key, Reach.of(context.principal))
        return AdminAccommodation.from_row(place)

    @strawberry.mutation(description="Refused while a night is held or sold in the future.", extensions=[BY_HOUSE])
    async def delete_accommodation(self, info: Info, accommodation_id: strawberry.ID) -> AdminAccommodation:
        context, key = info.context, parse_id(accommodation_id, "accommodationId")
        today = context.settings.today()
        async with context.database.transaction(by=context.principal.user_id) as session:
            place = await delete_accommodation(session, key, Reach.of(context.principal), today)
        return AdminAccommodation.from_row(place)

    @strawberry.mutation(extensions=[BY_HOUSE])
    async def delete_room_type(self, info: Info, room_type_id: strawberry.ID) -> bool:
        context, key = info.context, parse_id(room_type_id, "roomTypeId")
        today = context.settings.today()
        async with context.database.transaction(by=context.principal.user_id) as session:
            await delete_room_type(session, key, Reach.of(context.principal), today)
        return True
