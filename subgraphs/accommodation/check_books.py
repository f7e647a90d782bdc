"""Prove that accommodation's books agree: `python -m subgraphs.accommodation.check_books`.

What each night counts as held and sold is what the holds over it have, and no more than it has rooms; the rating and
the number of reviews of each place, deleted ones too, are those of its visible reviews. Prints what differs (100 of
each at most), and exits with 1 then. Changes nothing, and may run at any time.
"""

import asyncio
import sys

from chassis.database import Database

from .calendar.check import find_wrong_nights
from .database import Outbox
from .reviews.count import find_miscounted
from .settings import Settings


def main() -> None:
    sys.exit(asyncio.run(check_books(Settings())))


async def check_books(settings: Settings) -> int:
    """The exit code."""
    database = Database.connect(settings, outbox=Outbox)
    try:
        async with database.reading() as session:
            nights, places = await find_wrong_nights(session), await find_miscounted(session)
    finally:
        await database.close()
    for night in nights:
        print(night)  # noqa: T201
    for place in places:
        print(f"the rating of {place} is not that of its reviews")  # noqa: T201
    print(f"nights that are wrong: {len(nights)}, ratings: {len(places)}")  # noqa: T201
    return 1 if nights or places else 0


if __name__ == "__main__":
    main()
