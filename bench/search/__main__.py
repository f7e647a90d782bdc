"""How long PostgreSQL takes for a page of places, on a whole file of listings with a year of nights each.

    python -m bench.search [FILE] [--growth]

Each search is asked many times with other dates, places and words, as the service asks it; the figures are of its
statement alone, as the driver sees it. The plan of one of each is kept beside, in bench/search/plans, and what a run
printed on two quiet cores in bench/search/results.txt. `cpu` is what PostgreSQL took of the processors for one, which
others on the machine do not stretch; the ratio, by that, is to the simplest page there is, of the newest places. Then
the same on a sixteenth and on a quarter of the file.

With --growth: the whole file, four times and sixteen times it, copies of a place somewhere near it. They have 30
nights each, for a year of 160,000 places are 59 million rows; each search is asked 30 times, deep pages are left out.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import event

from bench.rig.usage import Meter
from bench.search.cases import CASES, Case, Season
from chassis import clock
from chassis.database import Database, table_of
from chassis.migrations import upgrade
from stack.servers import embedded_postgres
from subgraphs.accommodation.accommodations.tables import Accommodation
from subgraphs.accommodation.calendar.tables import Night
from subgraphs.accommodation.import_listings import import_listings
from subgraphs.accommodation.listings.add import ImportTerms
from subgraphs.accommodation.listings.read import ListingFile
from subgraphs.accommodation.resources import open_resources
from subgraphs.accommodation.room_types.tables import RoomType
from subgraphs.accommodation.settings import Settings

HERE = Path(__file__).parent
WHOLE = HERE.parents[2] / "shared/data/inside-airbnb-oslo-2024-06.csv"
SAMPLE = HERE.parents[1] / "stack/listings/oslo-2024-06-sample.csv"
NOK_TO_KRW = Decimal(130)
WARM = 5

# Places have been reviewed, and one night of five is taken; triggers that are told of so many at once take their time.
PREPARE = [
    "SET statement_timeout = 0",
    "UPDATE accommodations SET review_count = 10, rating_sum = 10 + length(name) % 41",
    "ALTER TABLE nights DISABLE TRIGGER USER",
    "UPDATE nights SET sold = 1 WHERE NOT closed AND hashtext(room_type_id::text || date) % 5 = 0",
]
SETTLE = [
    "ALTER TABLE nights ENABLE TRIGGER USER",
    "SELECT refresh_lowest_price(id, current_date) FROM room_types",
    "VACUUM (FULL) nights",
    "VACUUM (ANALYZE)",
]


@dataclass
class Statements:
    """What was sent to the database, and how long each took."""

    sent: list[tuple[str, Any]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    used: float = 0
    """What they took of PostgreSQL's processors, in seconds."""

    @contextmanager
    def watched(self, database: Database) -> Iterator["Statements"]:
        engine = database.engine.sync_engine

        def before(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
            self.sent.append((statement, parameters))
            self.seconds.append(time.perf_counter())

        def after(*_: Any) -> None:
            self.seconds[-1] = time.perf_counter() - self.seconds[-1]

        event.listen(engine, "before_cursor_execute", before)
        event.listen(engine, "after_cursor_execute", after)
        try:
            yield self
        finally:
            event.remove(engine, "before_cursor_execute", before)
            event.remove(engine, "after_cursor_execute", after)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.search", description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=WHOLE if WHOLE.exists() else SAMPLE)
    parser.add_argument("--growth", action="store_true")
    given = parser.parse_args(arguments)
    listings = sum(1 for _ in ListingFile(given.file, Decimal(1000)))
    if given.growth:
        sizes = [Size(listings, copies=copies, nights=30, times=30, shallow=True) for copies in (1, 4, 16)]
    else:
        sizes = [Size(listings // share) for share in (1, 4, 16)]
    nights, times = sizes[0].nights, sizes[0].times
    print(f"{given.file.name}: {listings:,} listings, {nights} nights each", end="; ")
    print(f"milliseconds of the statement, {times} times each\n")
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder, embedded_postgres(Path(folder)) as postgres:
            # Nothing listens there: a search speaks to neither.
            nowhere = "127.0.0.1:1"
            settings = Settings(database_url=postgres.url, redis_url=f"redis://{nowhere}", kafka_bootstrap=nowhere)
            keep = size == sizes[0] and not given.growth
            meter = Meter()
            with meter.watching("PostgreSQL", postgres.child.pid):
                asyncio.run(run(settings, given.file, size, meter, keep_plans=keep))
    return 0


@dataclass(frozen=True)
class Size:
    listings: int
    copies: int = 1
    nights: int = 365
    times: int = 100
    shallow: bool = False


async def run(settings: Settings, file: Path, size: Size, meter: Meter, *, keep_plans: bool) -> None:
    await upgrade("subgraphs.accommodation", settings)
    resources = await open_resources(settings)
    try:
        database = resources[Database]
        await fill(database, settings, file, size)
        print(f"{f'{size.listings * size.copies:,} places':34} {'p50':>8} {'p99':>8} {'cpu':>8} {'ratio':>7}")
        plain = None
        for name, case in CASES.items():
            if size.shallow and name.startswith("deep"):
                continue
            watched = await measure(database, settings, case, size, meter)
            used = watched.used / size.times
            p50, p99 = statistics.median(watched.seconds), statistics.quantiles(watched.seconds, n=100)[98]
            plain = plain or used
            figures = " ".join(f"{seconds * 1_000:8.1f}" for seconds in (p50, p99, used))
            print(f"{name:34} {figures} {used / plain:6.1f}x", flush=True)
            if keep_plans:
                await keep_plan(database, name, *watched.sent[-1])
        print()
    finally:
        await resources.close()


async def fill(database: Database, settings: Settings, file: Path, size: Size) -> None:
    terms = ImportTerms(
        rate=NOK_TO_KRW,
        currency=settings.currency,
        city="Oslo",
        country="NO",
        first_night=clock.today(settings.time_zone),
        nights=size.nights,
        host_id=None,
    )
    await import_listings(database, islice(iter(ListingFile(file, Decimal(1000))), size.listings), terms)
    async with database.engine.connect() as connection:
        alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
        for statement in (*PREPARE, *copying(size.copies), *SETTLE):
            await alone.exec_driver_sql(statement)


def copying(copies: int) -> Iterator[str]:
    """Statements after which everything is there so many times; each copy a little elsewhere, older and dearer."""
    if copies > 1:
        others = {
            "id": "md5(id::text || copy)::uuid",
            "accommodation_id": "md5(accommodation_id::text || copy)::uuid",
            "room_type_id": "md5(room_type_id::text || copy)::uuid",
            "latitude": "latitude + sind(copy * 71) / 50",
            "longitude": "longitude + cosd(copy * 71) / 25",
            "created_at": "created_at - copy * interval '1 hour'",
            "price": "price + copy * 10",
            "source": "NULL",
            "source_key": "NULL",
        }
        for row in (Accommodation, RoomType, Night):
            columns = [each.name for each in table_of(row).columns if each.computed is None]
            values = ", ".join(others.get(name, name) for name in columns)
            name = table_of(row).name
            copied = f"SELECT {values} FROM {name}, generate_series(1, {copies - 1}) AS copy"
            yield f"INSERT INTO {name} ({', '.join(columns)}) {copied}"


async def measure(database: Database, settings: Settings, case: Case, size: Size, meter: Meter) -> Statements:
    season = Season(clock.today(settings.time_zone), size.nights)
    watched = Statements()
    for at in range(WARM + size.times):
        asked = case(at, season)
        async with database.reading() as session:
            after = await asked.cursor(session)
            before = meter.read()
            with watched.watched(database):
                await asked.page(session, after)
            watched.used += meter.since(before)["PostgreSQL"]
        if at < WARM:
            watched = Statements()
    return watched


async def keep_plan(database: Database, name: str, statement: str, parameters: Any) -> None:
    async with database.engine.connect() as connection:
        rows = await connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS) {statement}", parameters)
        plan = "\n".join(row[0] for row in rows)
    folder = HERE / "plans"
    folder.mkdir(exist_ok=True)
    (folder / f"{name.replace(' ', '-').replace(',', '')}.txt").write_text(f"{statement}\n\n{plan}\n")


if __name__ == "__main__":
    sys.exit(main())
