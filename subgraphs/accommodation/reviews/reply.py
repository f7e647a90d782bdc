"""Reply to a review: the host of the place, once; a further reply replaces the first."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock

from ..accommodations.rules import Reach
from . import store
from .count import count_change
from .rules import LONGEST_TEXT, counted, ensure_said
from .tables import Review


async def reply_to_review(session: AsyncSession, review_id: UUID, text: str, reach: Reach, *, by: UUID) -> Review:
    """Raise NotFound or InvalidInput."""
    review, place = await store.lock_review(session, review_id)
    if not reach.includes(place.host_id):
        raise store.no_such_review()
    review.host_reply = ensure_said("text", text, LONGEST_TEXT)
    review.replied_at, review.replied_by = clock.now(), by
    await count_change(session, review, counted(review), place)
    return review
