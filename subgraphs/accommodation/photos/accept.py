"""Accept uploads: look at what was put there, and keep it cleaned where it can be shown."""

from collections.abc import Sequence
from uuid import UUID

from chassis import clock
from chassis.database import Database
from chassis.errors import FieldError, InvalidInput

from . import store
from .pictures import NotAPicture, cleaned
from .rules import LARGEST, PhotoSize, key_of, upload_key
from .storage import Storage
from .tables import Photo


async def accept_photos(
    database: Database, storage: Storage, photo_ids: Sequence[UUID], *, by: UUID, field: str
) -> None:
    """Those that this person uploaded and nobody has looked at yet. Raise InvalidInput with each that is none.

    Between transactions: pictures take their time, and so does a bucket.
    """
    async with database.reading() as session:
        known = await store.photos_by_id(session, photo_ids)
    wrong = []
    for at, photo_id in enumerate(photo_ids):
        photo = known.get(photo_id)
        if photo and photo.created_by == by and photo.checked_at is None:
            refusal = await _accept(database, storage, photo)
            wrong += [FieldError(f"{field}.{at}", refusal)] if refusal else []
    if wrong:
        raise InvalidInput("Not every photo was uploaded as it was said to be.", wrong)


async def _is_checked(database: Database, photo: Photo) -> bool:
    """By another request that named it at the same moment."""
    async with database.reading() as session:
        found = (await store.photos_by_id(session, [photo.id])).get(photo.id)
    return found is not None and found.checked_at is not None


async def _accept(database: Database, storage: Storage, photo: Photo) -> str | None:
    """The code of what is wrong with it."""
    data = await storage.read(upload_key(photo.id), LARGEST)
    if data is None or len(data) != photo.byte_length:
        return None if await _is_checked(database, photo) else "NOT_UPLOADED"
    try:
        picture = await storage.working(cleaned, data, photo.content_type)
    except NotAPicture as refusal:
        return refusal.code
    await storage.write(key_of(photo, PhotoSize.ORIGINAL), picture)
    async with database.transaction() as session:
        is_kept = await store.mark(session, photo.id, checked_at=clock.now())
    await storage.delete([upload_key(photo.id), *([] if is_kept else [key_of(photo, PhotoSize.ORIGINAL)])])
    return None
