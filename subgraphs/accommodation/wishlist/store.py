"""Every SQL statement about wishlists."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.pagination import Order, Page, page

from ..accommodations.tables import Accommodation
from .tables import Wish

_NEWEST = [Order(col(Wish.added_at), descending=True), Order(col(Wish.accommodation_id), descending=True)]


async def insert_wish(session: AsyncSession, user_id: UUID, accommodation_id: UUID, at: datetime) -> None:
    wish = insert(Wish).values(user_id=user_id, accommodation_id=accommodation_id, added_at=at)
    await session.exec(wish.on_conflict_do_nothing())


async def delete_wish(session: AsyncSession, user_id: UUID, accommodation_id: UUID) -> None:
    this = (col(Wish.user_id) == user_id, col(Wish.accommodation_id) == accommodation_id)
    await session.exec(delete(Wish).where(*this))


async def delete_wishes(session: AsyncSession, user_id: UUID) -> None:
    await session.exec(delete(Wish).where(col(Wish.user_id) == user_id))


async def wished_of(session: AsyncSession, user_id: UUID, accommodation_ids: Sequence[UUID]) -> set[UUID]:
    found = select(Wish.accommodation_id).where(
        Wish.user_id == user_id, col(Wish.accommodation_id).in_(accommodation_ids)
    )
    return set(await session.exec(found))


async def page_of_wishes(
    session: AsyncSession, user_id: UUID, *, first: int, after: str | None, count: bool
) -> Page[Accommodation]:
    """Withdrawn and deleted places are among them: they were wished for when they could be had."""
    statement = (
        sqlalchemy.select(Accommodation)
        .join(Wish, col(Wish.accommodation_id) == Accommodation.id)
        .where(col(Wish.user_id) == user_id)
        .execution_options(include_deleted=True)
    )
    return await page(session, statement, order=_NEWEST, first=first, after=after, count=count)
