"""Prove that nights and holds agree: `python -m subgraphs.accommodation.check_nights`.

What each night counts as held and sold is what the holds over it have, and no more than it has rooms. Prints what
differs (100 nights at most), and exits with 1 then. Changes nothing, and may run at any time.
"""

import asyncio
import sys

from chassis.database import Database

from .calendar.check import find_wrong_nights
from .database import Outbox
from .settings import Settings


def main() -> None:
    sys.exit(asyncio.run(check_nights(Settings())))


async def check_nights(settings: Settings) -> int:
    """The exit code."""
    database = Database.connect(settings, outbox=Outbox)
    try:
        async with database.reading() as session:
            found = await find_wrong_nights(session)
    finally:
        await database.close()
    for each in found:
        print(each)  # noqa: T201
    print(f"nights that are wrong: {len(found)}")  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    main()
