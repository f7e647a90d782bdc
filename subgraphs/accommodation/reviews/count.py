"""Count reviews: a place's rating follows each change by what it changed, and nothing is counted anew."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.outbox import publish

from ..accommodations.tables import Accommodation
from ..events import ReviewChanged
from . import store
from .rules import NOTHING, Counted, counted
from .tables import Review


async def count_change(session: AsyncSession, review: Review, before: Counted, place: Accommodation) -> None:
    """`before` is what the review counted until now. Said to the world whatever was changed of it."""
    more = counted(review) - before
    if more != NOTHING:
        await store.count(session, place.id, more)
    publish(session, ReviewChanged(review_id=review.id, accommodation_id=place.id, host_id=place.host_id))


async def find_miscounted(session: AsyncSession) -> list[UUID]:
    """The checker of the above: places whose counts are not those of their reviews, at most 100."""
    return list(await store.miscounted(session, limit=100))
