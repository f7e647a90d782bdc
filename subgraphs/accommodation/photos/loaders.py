"""Photos of places, room types and reviews, a whole level of a query at once."""

from uuid import UUID

from chassis.context import Context

from . import store
from .tables import Photo


async def photos_of(context: Context, owner_ids: list[UUID]) -> list[list[Photo]]:
    async with context.database.reading() as session:
        found = await store.photos_of(session, owner_ids)
    return [found.get(owner_id, []) for owner_id in owner_ids]
