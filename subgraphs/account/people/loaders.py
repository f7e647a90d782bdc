"""People by id, a whole level of a query at once."""

from uuid import UUID

from chassis.context import Context

from . import store
from .tables import User


async def users_by_id(context: Context, ids: list[UUID]) -> list[User | None]:
    async with context.database.reading() as session:
        found = await store.users_by_id(session, ids)
    return [found.get(user_id) for user_id in ids]
