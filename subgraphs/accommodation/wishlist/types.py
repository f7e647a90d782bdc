"""The viewer's wishlist, and whether a place is on it."""

import strawberry

from chassis.context import Info
from chassis.fields import field_of
from chassis.ids import parse_id
from chassis.types import wants_total

from ..accommodations.types import Accommodation as Accommodation
from ..accommodations.types import AccommodationConnection
from ..references import Viewer
from . import loaders, store


@field_of(Accommodation, description="False when nobody is signed in.")
async def in_wishlist(accommodation: strawberry.Parent[Accommodation], info: Info) -> bool:
    return await info.context.loader(loaders.in_wishlist).load(accommodation.key)


@field_of(Viewer)
async def wishlist(
    viewer: strawberry.Parent[Viewer], info: Info, first: int = 20, after: str | None = None
) -> AccommodationConnection | None:
    async with info.context.database.reading() as session:
        page = await store.page_of_wishes(
            session, parse_id(viewer.id), first=first, after=after, count=wants_total(info)
        )
    return AccommodationConnection.of_places(page)
