"""Point accounts by whose they are, a whole level of a query at once."""

from uuid import UUID

from chassis import clock
from chassis.context import Context

from . import store
from .store import Expiry
from .tables import PointAccount


async def accounts_by_user(context: Context, user_ids: list[UUID]) -> list[PointAccount]:
    """Whoever has never had points has an account with none."""
    async with context.database.reading() as session:
        found = await store.accounts_by_user(session, user_ids)
    now = clock.now()
    return [found.get(user_id) or PointAccount(user_id=user_id, created_at=now) for user_id in user_ids]


async def next_expiries(context: Context, user_ids: list[UUID]) -> list[Expiry | None]:
    async with context.database.reading() as session:
        found = await store.next_expiries(session, user_ids, clock.now())
    return [found.get(user_id) for user_id in user_ids]
