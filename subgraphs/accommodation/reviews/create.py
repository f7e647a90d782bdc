"""Write a review: the guest of a stay that is over, once."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.database import violated
from chassis.texts import trimmed

from ..accommodations.store import all_accommodations
from ..photos.rules import Chosen, Owner
from ..photos.show import show_photos
from ..photos.tables import PhotoOwner
from . import store
from .count import count_change
from .rules import NOTHING, ReviewExists, ensure_guest, ensure_review
from .tables import Review


async def create_review(
    session: AsyncSession, booking_id: UUID, rating: int, text: str, photos: Sequence[Chosen], *, by: UUID
) -> Review:
    """Raise InvalidInput, ReviewNotAllowed or ReviewExists."""
    stay = ensure_guest(await store.find_stay(session, booking_id), by)
    place_id = stay.accommodation_id
    review = Review(booking_id=booking_id, accommodation_id=place_id, author_id=by, rating=rating, text=trimmed(text))
    ensure_review(review)
    session.add(review)
    try:
        await session.flush()
    except IntegrityError as error:
        if violated(error) == "uq_reviews_booking_id":
            raise ReviewExists from error
        raise
    if photos:
        await show_photos(session, Owner(PhotoOwner.REVIEW, review.id), photos, by=by, field="photoIds")
    place = (await all_accommodations(session, [place_id]))[place_id]
    await count_change(session, review, NOTHING, place)
    return review
