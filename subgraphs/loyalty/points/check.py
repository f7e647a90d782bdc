"""Check that the books of points agree: entries, accounts, lots, and what bookings hold."""

from collections.abc import AsyncIterator
from uuid import UUID

from chassis.database import Database

from . import store
from .rules import differences_in

AT_ONCE = 1_000


async def check_books(database: Database) -> AsyncIterator[tuple[UUID, list[str]]]:
    """Every account with what differs in it, most often nothing; while others go on changing them."""
    last: UUID | None = None
    while True:
        async with database.reading() as session:
            found = await store.books_after(session, last, AT_ONCE)
        for books in found:
            yield books.user_id, differences_in(books)
        if len(found) < AT_ONCE:
            return
        last = found[-1].user_id
