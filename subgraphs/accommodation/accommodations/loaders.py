"""Accommodations by id, a whole level of a query at once."""

from uuid import UUID

from chassis.context import Context

from . import store
from .tables import Accommodation


async def accommodations_by_id(context: Context, ids: list[UUID]) -> list[Accommodation | None]:
    async with context.database.reading() as session:
        found = await store.known_accommodations(session, ids)
    return [found.get(accommodation_id) for accommodation_id in ids]
