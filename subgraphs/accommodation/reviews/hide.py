"""Hide a review from everybody but its author, and show it again: for administrators."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock

from . import store
from .count import count_change
from .rules import LONGEST_REASON, counted, ensure_said
from .tables import Review


async def hide_review(session: AsyncSession, review_id: UUID, reason: str, *, by: UUID) -> Review:
    """One that is hidden stays so, for the reason that is given last. Raise NotFound or InvalidInput."""
    review, place = await store.lock_review(session, review_id)
    before = counted(review)
    review.hidden_reason = ensure_said("reason", reason, LONGEST_REASON)
    review.hidden_at, review.hidden_by = review.hidden_at or clock.now(), by
    await count_change(session, review, before, place)
    return review


async def unhide_review(session: AsyncSession, review_id: UUID) -> Review:
    """One that is not hidden stays as it is. Raise NotFound."""
    review, place = await store.lock_review(session, review_id)
    before = counted(review)
    review.hidden_at = review.hidden_by = review.hidden_reason = None
    await count_change(session, review, before, place)
    return review
