"""Accommodations by id, a whole level of a query at once."""

from uuid import UUID

from chassis.context import Context

from . import store
from .rules import Reach
from .tables import Accommodation


async def accommodations_by_id(context: Context, ids: list[UUID]) -> list[Accommodation | None]:
    """As guests may see them."""
    async with context.database.reading() as session:
        found = await store.known_accommodations(session, ids)
    return [found.get(accommodation_id) for accommodation_id in ids]


async def run_accommodations_by_id(context: Context, ids: list[UUID]) -> list[Accommodation | None]:
    """As the back office may: hosts their own, administrators all, drafts and deleted ones among them."""
    reach = Reach.of(context.principal)
    async with context.database.reading() as session:
        found = await store.all_accommodations(session, ids)
    reached = {each.id: each for each in found.values() if reach.includes(each.host_id)}
    return [reached.get(accommodation_id) for accommodation_id in ids]
