"""Have stuck bookings tried anew, once the cause is mended: `python -m subgraphs.booking.unstick BOOKING_ID …`.

What a booking asks is asked again and what it is due for is swept, within a second. What still does not get through
makes it stuck again.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from uuid import UUID

from chassis.cache import Cache
from chassis.database import Database
from chassis.errors import NotFound

from .bookings.try_anew import try_anew
from .resources import open_resources
from .settings import Settings


def main() -> None:
    parser = argparse.ArgumentParser(prog="unstick", description=__doc__)
    parser.add_argument("bookings", metavar="BOOKING_ID", nargs="+", type=UUID)
    sys.exit(asyncio.run(unstick(Settings(), parser.parse_args().bookings)))


async def unstick(settings: Settings, booking_ids: Sequence[UUID]) -> int:
    """The exit code: 1 where there is no such booking."""
    resources, missing = await open_resources(settings), False
    try:
        for booking_id in booking_ids:
            try:
                async with resources[Database].transaction() as session:
                    words = await try_anew(session, resources[Cache], booking_id)
                said = f"tried anew: {', '.join(words)}" if words else "was not stuck"
            except NotFound:
                missing, said = True, "is not there"
            print(f"{booking_id} {said}")  # noqa: T201
    finally:
        await resources.close()
    return int(missing)


if __name__ == "__main__":
    main()
