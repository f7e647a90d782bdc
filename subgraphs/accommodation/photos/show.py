"""Show photos with a place, a room type or a review; what is shown no more is deleted."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import clock
from chassis.errors import FieldError, InvalidInput

from . import store
from .rules import Chosen, Owner, may_be_named


async def show_photos(session: AsyncSession, owner: Owner, chosen: Sequence[Chosen], *, by: UUID, field: str) -> None:
    """These, in this order, instead of those shown. Raise InvalidInput with each that can't be named."""
    photos = await store.lock_photos(session, [each.photo_id for each in chosen], owner.id)
    wrong = [
        FieldError(f"{field}.{at}", "UNKNOWN_PHOTO")
        for at, each in enumerate(chosen)
        if not may_be_named(photos.get(each.photo_id), owner, by)
    ]
    if wrong:
        raise InvalidInput("Only photos of your own can be shown, once.", wrong)
    for position, each in enumerate(chosen):
        photo = photos.pop(each.photo_id)
        photo.owner_kind, photo.owner_id = owner.kind, owner.id
        photo.position, photo.caption = position, each.caption
    for photo in photos.values():
        photo.deleted_at = clock.now()


async def delete_photos_of(session: AsyncSession, owner_ids: Sequence[UUID]) -> None:
    """All photos of what is itself deleted."""
    for photo in await store.lock_photos_of(session, owner_ids):
        photo.deleted_at = clock.now()
