"""Point accounts and their entries by whose they are, a whole level of a query at once."""

from dataclasses import dataclass
from uuid import UUID

from chassis import clock
from chassis.context import Context
from chassis.nested_pages import pages_in_order
from chassis.pagination import Page

from . import store
from .store import Expiry, Wanted
from .tables import PointAccount, PointEntry


@dataclass(frozen=True, slots=True)
class Wish:
    """Which page of which entries of an account."""

    wanted: Wanted
    first: int
    after: str | None
    count: bool


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


async def entries_by_user(context: Context, asked: list[tuple[UUID, Wish]]) -> list[Page[PointEntry]]:
    async with context.database.reading() as session:

        async def load(user_ids: list[UUID], wish: Wish) -> dict[UUID, Page[PointEntry]]:
            return await store.pages_of_entries(
                session, user_ids, wish.wanted, first=wish.first, after=wish.after, count=wish.count
            )

        return await pages_in_order(asked, load)
