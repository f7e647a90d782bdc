"""What accommodation does by the clock. Any number of workers may do it at once."""

from datetime import timedelta

import structlog

from chassis import clock
from chassis.database import Database

from .calendar.check import find_wrong_nights
from .calendar.let_go_overdue import let_go_overdue
from .photos.remove import delete_unused, remove_files, remove_forgotten
from .photos.shrink import shrink_photos
from .photos.storage import Storage
from .prices.renew import renew_lowest_prices
from .reviews.count import find_miscounted
from .settings import Settings

logger = structlog.get_logger(__name__)


async def let_go_overdue_holds(database: Database, settings: Settings) -> None:
    """A transaction for each batch, so that no night is locked for long."""
    due_before = clock.now() - timedelta(seconds=settings.hold_grace_seconds)
    while True:
        async with database.transaction() as session:
            count = await let_go_overdue(session, due_before)
        if not count:
            return
        logger.warning("overdue_holds_let_go", count=count)


async def check_nights(database: Database) -> None:
    """Says so where a night is not what bookings have of it: nothing mends it, for it never happens."""
    async with database.reading() as session:
        found = await find_wrong_nights(session)
    if found:
        logger.error("nights_wrong", nights=[str(each) for each in found])


async def check_ratings(database: Database) -> None:
    """Says so where a rating is not that of its reviews: nothing mends it, for it never happens."""
    async with database.reading() as session:
        found = await find_miscounted(session)
    if found:
        logger.error("ratings_miscounted", accommodation_ids=[str(each) for each in found])


async def renew_prices_of_over_nights(database: Database, settings: Settings) -> None:
    """A transaction for each batch, so that no price is locked for long."""
    while True:
        async with database.transaction() as session:
            if not await renew_lowest_prices(session, settings.today()):
                return


async def shrink_new_photos(database: Database, storage: Storage) -> None:
    while await shrink_photos(database, storage):
        pass


async def remove_deleted_photos(database: Database, storage: Storage) -> None:
    """And those that were uploaded a day ago and are shown nowhere."""
    while await delete_unused(database):
        pass
    while await remove_files(database, storage):
        pass


async def remove_forgotten_uploads(storage: Storage) -> None:
    """Of which no photo knows any more."""
    await remove_forgotten(storage)
