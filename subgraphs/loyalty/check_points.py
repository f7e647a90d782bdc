"""Prove that the books of points agree, for every account: `python -m subgraphs.loyalty.check_points`.

Sum of the entries = balance + held = the sum after the last entry; what is left in lots = balance; what is held in
lots = held = what bookings hold. Prints what differs, and exits with 1 then. Changes nothing, and may run at any time.
It needs DATABASE_URL, and nothing else to be up but PostgreSQL.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import ClassVar
from uuid import UUID

from chassis.database import Database
from chassis.settings import DatabaseSettings

from .database import Outbox
from .points.check import check_books
from .settings import Settings


class BookSettings(DatabaseSettings):
    service: ClassVar[str] = Settings.service


def main() -> None:
    sys.exit(asyncio.run(check_points(BookSettings())))


async def check_points(settings: DatabaseSettings) -> int:
    """The exit code."""
    accounts = differing = 0
    async for user_id, differences in all_accounts(settings):
        accounts, differing = accounts + 1, differing + bool(differences)
        for difference in differences:
            print(f"{user_id}: {difference}")  # noqa: T201
    print(f"{accounts} accounts, {differing} of which differ")  # noqa: T201
    return 1 if differing else 0


async def all_accounts(settings: DatabaseSettings) -> AsyncIterator[tuple[UUID, list[str]]]:
    """Each with what differs in it, most often nothing."""
    database = Database.connect(settings, outbox=Outbox)
    try:
        async for user_id, differences in check_books(database):
            yield user_id, differences
    finally:
        await database.close()


if __name__ == "__main__":
    main()
