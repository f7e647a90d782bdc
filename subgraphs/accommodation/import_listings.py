"""Bring lodgings in from a summary file of Inside Airbnb, with a calendar of nights, and put them on sale.

    python -m subgraphs.accommodation.import_listings listings.csv --rate 130

What is there already is left as it is: running it twice changes nothing.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import islice
from pathlib import Path
from uuid import UUID

from chassis.database import Database

from .calendar.rules import LONGEST_CALENDAR
from .database import Outbox
from .listings.add import ImportTerms, add_listings
from .listings.read import ListingFile, UnusableFile
from .listings.rules import Listing
from .listings.store import tidy_up
from .settings import Settings

BATCH = 250
"""Listings in a transaction: with a year of nights each, some 90,000 rows."""


@dataclass(frozen=True, slots=True)
class Tally:
    read: int = 0
    places: int = 0
    nights: int = 0


async def import_listings(database: Database, listings: Iterator[Listing], terms: ImportTerms) -> Tally:
    """How many listings there were, and how much was new; progress goes to the terminal."""
    tally, begun = Tally(), time.monotonic()
    while batch := list(islice(listings, BATCH)):
        async with database.transaction() as session:
            new = await add_listings(session, batch, terms)
        tally = Tally(tally.read + len(batch), tally.places + len(new.places), tally.nights + new.nights)
        _show(f"{tally.read:,} listings read, {tally.places:,} added with {tally.nights:,} nights", begun)
    if tally.places:
        await tidy_up(database)
    return tally


async def run(settings: Settings, file: ListingFile, terms: ImportTerms, limit: int | None) -> None:
    begun = time.monotonic()
    database = Database.connect(settings, outbox=Outbox)
    try:
        tally = await import_listings(database, islice(file, limit), terms)
    finally:
        await database.close()
    for line, reason in file.left_out:
        print(f"line {line} left out: {reason}", file=sys.stderr)  # noqa: T201 (a command line)
    print(  # noqa: T201
        f"{tally.places:,} places added with {tally.nights:,} nights, "
        f"{tally.read - tally.places:,} were there already, "
        f"{len(file.left_out):,} rows left out, in {time.monotonic() - begun:.1f} s"
    )


def main(words: list[str] | None = None) -> int:
    given = _arguments().parse_args(words)
    settings = Settings()
    terms = ImportTerms(
        rate=given.rate,
        currency=settings.currency,
        city=given.city,
        country=given.country,
        first_night=settings.today(),
        nights=given.nights,
        host_id=given.host,
    )
    try:
        asyncio.run(run(settings, ListingFile(given.file, given.price), terms, given.limit))
    except (UnusableFile, OSError) as error:
        print(f"Nothing was imported: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="import_listings", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--rate", type=_positive, required=True, help="one unit of the file's currency in CURRENCY")
    parser.add_argument(
        "--price", type=_positive, help="of a night where the file has none; without it such rows are left out"
    )
    parser.add_argument("--nights", type=_nights, default=365, help="how many are put on sale, from today")
    parser.add_argument("--host", type=UUID, help="hosts all of them; without it each listing has its own host")
    parser.add_argument("--limit", type=int, help="stop after so many listings")
    parser.add_argument("--city", default="Oslo")
    parser.add_argument("--country", default="NO", help="ISO 3166-1 alpha-2")
    return parser


def _positive(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
    if not (number.is_finite() and 0 < number < 10**9):
        raise argparse.ArgumentTypeError(f"{text} is out of range")
    return number


def _nights(text: str) -> int:
    if not (text.isdecimal() and 1 <= int(text) <= LONGEST_CALENDAR):
        raise argparse.ArgumentTypeError(f"{text!r} is not between 1 and {LONGEST_CALENDAR}")
    return int(text)


def _show(progress: str, begun: float) -> None:
    """One line that grows at a terminal, and lines in a log."""
    line = f"{progress}, {time.monotonic() - begun:.0f} s"
    print(f"\r{line}" if sys.stdout.isatty() else line, end="" if sys.stdout.isatty() else "\n", flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
