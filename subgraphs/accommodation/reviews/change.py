"""Change a review or delete it: its author alone."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.texts import trimmed

from ..accommodations.tables import Accommodation
from ..photos.rules import Chosen, Owner
from ..photos.show import delete_photos_of, show_photos
from ..photos.tables import PhotoOwner
from . import store
from .count import count_change
from .rules import counted, ensure_review
from .tables import Review


async def change_review(
    session: AsyncSession,
    review_id: UUID,
    *,
    rating: int | None,
    text: str | None,
    photos: Sequence[Chosen] | None,
    by: UUID,
) -> Review:
    """What is None stays. Raise NotFound or InvalidInput."""
    review, place = await _lock_own(session, review_id, by)
    before = counted(review)
    review.rating = review.rating if rating is None else rating
    review.text = review.text if text is None else trimmed(text)
    ensure_review(review)
    if photos is not None:
        await show_photos(session, Owner(PhotoOwner.REVIEW, review.id), photos, by=by, field="photoIds")
    await count_change(session, review, before, place)
    return review


async def delete_review(session: AsyncSession, review_id: UUID, *, by: UUID) -> None:
    """Raise NotFound."""
    review, place = await _lock_own(session, review_id, by)
    before = counted(review)
    review.deleted_at = clock.now()
    await delete_photos_of(session, [review.id])
    await count_change(session, review, before, place)


async def _lock_own(session: AsyncSession, review_id: UUID, author_id: UUID) -> tuple[Review, Accommodation]:
    review, place = await store.lock_review(session, review_id)
    if review.author_id != author_id:
        raise store.no_such_review()
    return review, place
