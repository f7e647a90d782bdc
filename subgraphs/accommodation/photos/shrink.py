"""Make the smaller sizes of photos: the worker's part, a moment after they can be shown."""

import structlog

from chassis import clock
from chassis.database import Database

from . import store
from .pictures import NotAPicture, shrunk
from .rules import LARGEST, WIDTHS, PhotoSize, key_of
from .storage import Storage
from .tables import Photo

BATCH = 20
# Cleaned again, a picture may be larger than it was uploaded.
_LARGEST_KEPT = 8 * LARGEST

logger = structlog.get_logger(__name__)


async def shrink_photos(database: Database, storage: Storage) -> int:
    """Up to a batch; how many were made smaller. Two workers at the same one write the same."""
    async with database.reading() as session:
        waiting = await store.photos_to_shrink(session, BATCH)
    return sum([await _shrink(database, storage, photo) for photo in waiting])


async def _shrink(database: Database, storage: Storage, photo: Photo) -> bool:
    data = await storage.read(key_of(photo, PhotoSize.ORIGINAL), _LARGEST_KEPT)
    if data is None:
        logger.error("photo_has_no_file", photo_id=str(photo.id))
        return False
    try:
        for size, width in WIDTHS.items():
            await storage.write(key_of(photo, size), await storage.working(shrunk, data, width))
    except NotAPicture:
        # It keeps its original, and holds nobody else's up.
        logger.exception("photo_not_shrunk", photo_id=str(photo.id))
        return False
    async with database.transaction() as session:
        is_kept = await store.mark(session, photo.id, shrunk_at=clock.now())
    if not is_kept:
        await storage.delete([key_of(photo, size) for size in WIDTHS])
    return is_kept
