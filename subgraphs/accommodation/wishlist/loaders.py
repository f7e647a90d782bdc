"""Which places the viewer wishes for, a whole level of a query at once."""

from uuid import UUID

from chassis.context import Context

from . import store


async def in_wishlist(context: Context, accommodation_ids: list[UUID]) -> list[bool]:
    user_id = context.principal.user_id
    if user_id is None:
        return [False for _ in accommodation_ids]
    async with context.database.reading() as session:
        found = await store.wished_of(session, user_id, accommodation_ids)
    return [accommodation_id in found for accommodation_id in accommodation_ids]
