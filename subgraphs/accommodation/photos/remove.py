"""Remove the files of photos that are deleted, and delete those nobody used."""

from chassis import clock
from chassis.database import Database

from . import store
from .rules import UNUSED_FOR, UPLOADS, all_keys
from .storage import Storage

BATCH = 100


async def delete_unused(database: Database) -> int:
    """Up to a batch; how many those were."""
    async with database.transaction() as session:
        unused = await store.lock_unused(session, clock.now() - UNUSED_FOR, BATCH)
        for photo in unused:
            photo.deleted_at = clock.now()
        return len(unused)


async def remove_files(database: Database, storage: Storage) -> int:
    """Up to a batch; how many photos those were. Files first: what a crash leaves is removed the next time."""
    async with database.reading() as session:
        gone = await store.photos_to_remove(session, BATCH)
    for photo in gone:
        await storage.delete(all_keys(photo))
        async with database.transaction() as session:
            await store.mark_files_removed(session, photo.id, clock.now())
    return len(gone)


async def remove_forgotten(storage: Storage) -> int:
    """Bytes put to an address, which is good for a while, when their photo was looked at or removed already."""
    return await storage.delete_put_before(UPLOADS, clock.now() - UNUSED_FOR)
