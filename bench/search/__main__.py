"""How long PostgreSQL takes for a page of places, on a whole file of listings with a year of nights each.

    python -m bench.search [FILE]

Each search is asked many times with other dates, places and words, as the service asks it; the figures are of its
statement alone, as the driver sees it. The plan of one of each is kept beside, in bench/search/plans, and what a run
printed on two quiet cores in bench/search/results.txt. The ratio is to
the simplest page there is, of the newest places. Then the same on a sixteenth and on a quarter of the file.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import event

from bench.search.cases import CASES, Case
from chassis import clock
from chassis.database import Database
from chassis.migrations import upgrade
from stack.servers import embedded_postgres
from subgraphs.accommodation.import_listings import import_listings
from subgraphs.accommodation.listings.add import ImportTerms
from subgraphs.accommodation.listings.read import ListingFile
from subgraphs.accommodation.resources import open_resources
from subgraphs.accommodation.settings import Settings

HERE = Path(__file__).parent
WHOLE = HERE.parents[2] / "shared/data/inside-airbnb-oslo-2024-06.csv"
SAMPLE = HERE.parents[1] / "stack/listings/oslo-2024-06-sample.csv"
NOK_TO_KRW = Decimal(130)
TIMES = 100
WARM = 5

# Places have been reviewed, and one night of five is taken; triggers that are told of so many at once take their time.
PREPARE = [
    "SET statement_timeout = 0",
    "UPDATE accommodations SET review_count = 10, rating_sum = 10 + length(name) % 41",
    "ALTER TABLE nights DISABLE TRIGGER nights_updated",
    "UPDATE nights SET sold = 1 WHERE NOT closed AND hashtext(room_type_id::text || date) % 5 = 0",
    "ALTER TABLE nights ENABLE TRIGGER nights_updated",
    "SELECT refresh_lowest_price(id, current_date) FROM room_types",
    "VACUUM (FULL) nights",
    "VACUUM (ANALYZE)",
]


@dataclass
class Statements:
    """What was sent to the database, and how long each took."""

    sent: list[tuple[str, Any]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

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


def main(arguments: list[str]) -> int:
    file = Path(arguments[0]) if arguments else WHOLE if WHOLE.exists() else SAMPLE
    listings = sum(1 for _ in ListingFile(file, Decimal(1000)))
    print(f"{file.name}: {listings:,} listings, 365 nights each; milliseconds of the statement, {TIMES} times each\n")
    for share in (1, 4, 16):
        with tempfile.TemporaryDirectory() as folder, embedded_postgres(Path(folder)) as postgres:
            # Nothing listens there: a search speaks to neither.
            nowhere = "127.0.0.1:1"
            settings = Settings(database_url=postgres.url, redis_url=f"redis://{nowhere}", kafka_bootstrap=nowhere)
            asyncio.run(run(settings, file, listings // share, keep_plans=share == 1))
    return 0


async def run(settings: Settings, file: Path, count: int, *, keep_plans: bool) -> None:
    await upgrade("subgraphs.accommodation", settings)
    resources = await open_resources(settings)
    try:
        database = resources[Database]
        await fill(database, settings, file, count)
        print(f"{f'{count:,} places':34} {'p50':>8} {'p99':>8} {'ratio':>7}")
        plain = None
        for name, case in CASES.items():
            watched = await measure(database, settings, case)
            p50, p99 = statistics.median(watched.seconds), statistics.quantiles(watched.seconds, n=100)[98]
            plain = plain or p50
            print(f"{name:34} {p50 * 1_000:8.1f} {p99 * 1_000:8.1f} {p50 / plain:6.1f}x", flush=True)
            if keep_plans:
                await keep_plan(database, name, *watched.sent[-1])
        print()
    finally:
        await resources.close()


async def fill(database: Database, settings: Settings, file: Path, count: int) -> None:
    terms = ImportTerms(
        rate=NOK_TO_KRW,
        currency=settings.currency,
        city="Oslo",
        country="NO",
        first_night=clock.today(settings.time_zone),
        nights=365,
        host_id=None,
    )
    await import_listings(database, islice(iter(ListingFile(file, Decimal(1000))), count), terms)
    async with database.engine.connect() as connection:
        alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
        for statement in PREPARE:
            await alone.exec_driver_sql(statement)


async def measure(database: Database, settings: Settings, case: Case) -> Statements:
    today = clock.today(settings.time_zone)
    watched = Statements()
    for at in range(WARM + TIMES):
        asked = case(at, today)
        async with database.reading() as session:
            after = await asked.cursor(session)
            with watched.watched(database):
                await asked.page(session, after)
        if at < WARM:
            watched.sent.clear()
            watched.seconds.clear()
    return watched


async def keep_plan(database: Database, name: str, statement: str, parameters: Any) -> None:
    async with database.engine.connect() as connection:
        rows = await connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS) {statement}", parameters)
        plan = "\n".join(row[0] for row in rows)
    folder = HERE / "plans"
    folder.mkdir(exist_ok=True)
    (folder / f"{name.replace(' ', '-').replace(',', '')}.txt").write_text(f"{statement}\n\n{plan}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
