"""Every SQL statement about reviews and the stays they are about."""

from collections.abc import Collection, Sequence
from enum import Enum
from typing import Any
from uuid import UUID

import sqlalchemy
from sqlalchemy import ColumnElement, func, literal, tuple_, union
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.errors import NotFound
from chassis.nested_pages import pages_by_owner
from chassis.pagination import Order, Page, page

from ..accommodations.rules import Reach
from ..accommodations.tables import Accommodation
from ..calendar.tables import Hold
from .rules import Counted
from .tables import CompletedStay, Review


class ReviewOrder(Enum):
    NEWEST = (Order(col(Review.created_at), descending=True), Order(col(Review.id), descending=True))
    RATING_DESC = (Order(col(Review.rating), descending=True), Order(col(Review.id), descending=True))
    RATING_ASC = (Order(col(Review.rating)), Order(col(Review.id)))


async def insert_stay(session: AsyncSession, stay: CompletedStay) -> None:
    """A booking is completed once: said again, it is known."""
    await session.exec(insert(CompletedStay).values(**stay.model_dump()).on_conflict_do_nothing())


async def find_stay(session: AsyncSession, booking_id: UUID) -> CompletedStay | None:
    return (await session.exec(select(CompletedStay).where(CompletedStay.booking_id == booking_id))).first()


async def stays_of(session: AsyncSession, guest_id: UUID, booking_ids: Sequence[UUID]) -> dict[UUID, bool]:
    """Those of the bookings that are the guest's, and whether their stays are over."""
    over = select(CompletedStay.booking_id, literal(value=True).label("over")).where(
        CompletedStay.guest_id == guest_id, col(CompletedStay.booking_id).in_(booking_ids)
    )
    held = select(Hold.booking_id, literal(value=False)).where(
        Hold.guest_id == guest_id, col(Hold.booking_id).in_(booking_ids)
    )
    both = union(over, held).subquery()
    rows = await session.exec(select(both.c.booking_id, func.bool_or(both.c.over)).group_by(both.c.booking_id))
    return dict(rows.all())


async def lock_review(session: AsyncSession, review_id: UUID) -> tuple[Review, Accommodation]:
    """The review, which nobody else changes until the transaction ends, and its place. Raise NotFound."""
    found = (
        select(Review, Accommodation)
        .join(Accommodation, col(Accommodation.id) == Review.accommodation_id)
        .where(Review.id == review_id, col(Review.deleted_at).is_(None))
        .with_for_update(of=Review, key_share=True)
        .execution_options(include_deleted=True)
    )
    row = (await session.exec(found)).first()
    if row is None:
        raise no_such_review()
    return row[0], row[1]


def no_such_review() -> NotFound:
    return NotFound("There is no such review.")


async def count(session: AsyncSession, accommodation_id: UUID, more: Counted) -> None:
    """What machines write leaves `updated_at` alone: it says when a person changed the place."""
    await session.exec(
        update(Accommodation)
        .where(col(Accommodation.id) == accommodation_id)
        .values(
            review_count=col(Accommodation.review_count) + more.reviews,
            rating_sum=col(Accommodation.rating_sum) + more.stars,
            updated_at=col(Accommodation.updated_at),
        )
        .execution_options(synchronize_session=False)
    )


async def miscounted(session: AsyncSession, limit: int) -> Sequence[UUID]:
    """Places whose counts are not those of their visible reviews, deleted ones among them."""
    found = (
        sqlalchemy.select(
            col(Review.accommodation_id), func.count().label("reviews"), func.sum(col(Review.rating)).label("stars")
        )
        .where(*_visible())
        .group_by(col(Review.accommodation_id))
        .subquery()
    )
    kept = tuple_(col(Accommodation.review_count), col(Accommodation.rating_sum))
    true = tuple_(func.coalesce(found.c.reviews, 0), func.coalesce(found.c.stars, 0))
    statement = (
        select(Accommodation.id)
        .outerjoin(found, found.c.accommodation_id == Accommodation.id)
        .where(kept != true)
        .order_by(col(Accommodation.id))
        .limit(limit)
        .execution_options(include_deleted=True)
    )
    return (await session.exec(statement)).all()


async def reviews_by_id(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Review]:
    rows = await session.exec(select(Review).where(col(Review.id).in_(ids)))
    return {review.id: review for review in rows}


async def reviews_with_hosts(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, tuple[Review, UUID]]:
    rows = await session.exec(
        select(Review, Accommodation.host_id)
        .join(Accommodation, col(Accommodation.id) == Review.accommodation_id)
        .where(col(Review.id).in_(ids), col(Review.deleted_at).is_(None))
        .execution_options(include_deleted=True)
    )
    return {review.id: (review, host_id) for review, host_id in rows}


async def reviews_by_booking(session: AsyncSession, booking_ids: Sequence[UUID]) -> dict[UUID, Review]:
    """Deleted ones are among them: they were the one review that a booking has."""
    found = select(Review).where(col(Review.booking_id).in_(booking_ids)).execution_options(include_deleted=True)
    return {review.booking_id: review for review in await session.exec(found)}


async def pages_of_places(
    session: AsyncSession,
    accommodation_ids: Sequence[UUID],
    *,
    order: ReviewOrder,
    first: int,
    after: str | None,
    count: bool,
) -> dict[UUID, Page[Review]]:
    """A page of the visible reviews of each place."""
    return await pages_by_owner(
        session,
        sqlalchemy.select(Review).where(*_visible()),
        col(Review.accommodation_id),
        accommodation_ids,
        order=order.value,
        first=first,
        after=after,
        count=count,
    )


async def page_of_author(
    session: AsyncSession, author_id: UUID, *, first: int, after: str | None, count: bool
) -> Page[Review]:
    statement = sqlalchemy.select(Review).where(col(Review.author_id) == author_id)
    return await page(session, statement, order=ReviewOrder.NEWEST.value, first=first, after=after, count=count)


async def page_of_reviews(
    session: AsyncSession,
    *conditions: ColumnElement[bool],
    reach: Reach,
    order: ReviewOrder,
    first: int,
    after: str | None,
    count: bool,
) -> Page[Review]:
    """Those of deleted places are among them; deleted ones are not."""
    statement = sqlalchemy.select(Review).where(*conditions, col(Review.deleted_at).is_(None))
    if not reach.everybody:
        own = select(Accommodation.id).where(Accommodation.host_id == reach.host_id)
        statement = statement.where(col(Review.accommodation_id).in_(own))
    statement = statement.execution_options(include_deleted=True)
    return await page(session, statement, order=order.value, first=first, after=after, count=count)


def is_of(accommodation_id: UUID) -> ColumnElement[bool]:
    return col(Review.accommodation_id) == accommodation_id


def is_by(author_id: UUID) -> ColumnElement[bool]:
    return col(Review.author_id) == author_id


def is_hidden(*, hidden: bool) -> ColumnElement[bool]:
    return col(Review.hidden_at).is_not(None) if hidden else col(Review.hidden_at).is_(None)


def rates_at_most(stars: int) -> ColumnElement[bool]:
    return col(Review.rating) <= stars


def _visible() -> tuple[Any, ...]:
    """As `tables.VISIBLE` says it to the indexes."""
    return (col(Review.deleted_at).is_(None), col(Review.hidden_at).is_(None))
