"""What people do with their wishlists."""

import strawberry

from chassis.context import Info
from chassis.ids import parse_id

from .change import add_to_wishlist, remove_from_wishlist
from .types import Accommodation


@strawberry.type
class WishlistMutation:
    @strawberry.mutation
    async def add_to_wishlist(self, info: Info, accommodation_id: strawberry.ID) -> Accommodation:
        by, key = info.context.principal.require_user(), parse_id(accommodation_id, "accommodationId")
        async with info.context.database.transaction(by=by) as session:
            place = await add_to_wishlist(session, by, key)
        return Accommodation.from_row(place)

    @strawberry.mutation
    async def remove_from_wishlist(self, info: Info, accommodation_id: strawberry.ID) -> Accommodation:
        by, key = info.context.principal.require_user(), parse_id(accommodation_id, "accommodationId")
        async with info.context.database.transaction(by=by) as session:
            place = await remove_from_wishlist(session, by, key)
        return Accommodation.from_row(place)
