"""Reviews by id, by booking and by place, a whole level of a query at once."""

from dataclasses import dataclass
from functools import partial
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.context import Context
from chassis.nested_pages import pages_in_order
from chassis.pagination import Page

from ..accommodations.rules import Reach
from . import store
from .rules import is_seen_by
from .tables import Review


@dataclass(frozen=True, slots=True)
class Wish:
    """Which page of a place's reviews."""

    order: store.ReviewOrder
    first: int
    after: str | None
    count: bool


async def reviews_by_id(context: Context, ids: list[UUID]) -> list[Review | None]:
    """As whoever asks may see them."""
    async with context.database.reading() as session:
        found = await store.reviews_by_id(session, ids)
    seen = {key: each for key, each in found.items() if is_seen_by(each, context.principal.user_id)}
    return [seen.get(review_id) for review_id in ids]


async def run_reviews_by_id(context: Context, ids: list[UUID]) -> list[Review | None]:
    """As the back office may see them: those of their own places for hosts, all for administrators."""
    reach = Reach.of(context.principal)
    async with context.database.reading() as session:
        found = await store.reviews_with_hosts(session, ids)
    reached = {key: review for key, (review, host_id) in found.items() if reach.includes(host_id)}
    return [reached.get(review_id) for review_id in ids]


async def own_stays(context: Context, booking_ids: list[UUID]) -> list[bool | None]:
    """Whether the stays of these bookings are over; None for those that are not of whoever asks."""
    guest_id = context.principal.user_id
    if guest_id is None:
        return [None for _ in booking_ids]
    async with context.database.reading() as session:
        found = await store.stays_of(session, guest_id, booking_ids)
    return [found.get(booking_id) for booking_id in booking_ids]


async def reviews_by_booking(context: Context, booking_ids: list[UUID]) -> list[Review | None]:
    """The one review of each booking, also when it was deleted."""
    async with context.database.reading() as session:
        found = await store.reviews_by_booking(session, booking_ids)
    return [found.get(booking_id) for booking_id in booking_ids]


async def pages_of_places(context: Context, keys: list[tuple[UUID, Wish]]) -> list[Page[Review]]:
    async with context.database.reading() as session:
        return await pages_in_order(keys, partial(_pages, session))


async def _pages(session: AsyncSession, accommodation_ids: list[UUID], wish: Wish) -> dict[UUID, Page[Review]]:
    return await store.pages_of_places(
        session, accommodation_ids, order=wish.order, first=wish.first, after=wish.after, count=wish.count
    )
