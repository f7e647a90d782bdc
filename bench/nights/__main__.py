"""How fast it is decided about nights: requests taken together, beside a transaction for each in the same run.

    python -m bench.nights [--requests 20000] [--only hot]

One worker of accommodation, PostgreSQL and the broker share the machine. Requests are said to the broker at once, the
time counts from then until the last is decided, with its answer in the outbox. `plain` is a transaction a request
written by hand, which only holds; `one each` is our own worker with batches of one. At the end of each run the books
are compared; a run in which they differ is no result.
"""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from bench.nights import plain
from bench.nights.hotel import SORTS, UNITS, Hotel, Outcome, build, last_answer, outcome, rooms_taken
from bench.rig.machine import Machine, machine
from bench.rig.result import NoResult
from chassis.database import Database
from chassis.kafka import Producer, Topics
from chassis.migrations import upgrade
from subgraphs.accommodation.calendar.check import find_wrong_nights
from subgraphs.accommodation.consumers import consumer
from subgraphs.accommodation.resources import open_resources
from subgraphs.accommodation.settings import Settings

WORKERS = {"one each": "bench.nights.one_each", "together": "subgraphs.accommodation.worker"}
SHARE = {"together": 1, "one each": 20, "plain": 5}
"""The slower ways are asked so much less: fewer tell as much."""
WARM = 600
LOOK_EVERY = 0.05


@dataclass(frozen=True)
class Found:
    rate: float
    """Decisions a second."""
    used: float
    """Seconds of processor a decision took."""


@dataclass(frozen=True)
class Bench:
    machine: Machine
    settings: Settings
    database: Database
    producer: Producer
    requests: int

    async def way(self, name: str, sorts: Sequence[str]) -> dict[str, Found]:
        able = [sort for sort in sorts if name != "plain" or sort != "mixed"]
        async with self._working(name) as bench:
            await bench.run(name, "spread", min(WARM, self.requests), warming=True)
            return {sort: await bench.run(name, sort, self.requests // SHARE[name]) for sort in able}

    @asynccontextmanager
    async def _working(self, name: str) -> AsyncIterator["Bench"]:
        if name == "plain":
            async with plain.working(self.settings) as producer:
                yield replace(self, producer=producer)
            return
        with self.machine.worker(WORKERS[name], ACCOMMODATION_PHOTO_FOLDER=str(self.machine.layout.home / "photos")):
            yield self

    async def run(self, name: str, sort: str, count: int, *, warming: bool = False) -> Found:
        hotel = await build(self.database)
        records = hotel.requests(sort, count)
        since, before, own = await last_answer(self.database), self.machine.meter.read(), time.process_time()
        begun = time.perf_counter()
        await self.producer.send(records)
        said = time.process_time() - own
        await self._until(since, lambda found: found.decided >= len(records))
        decided = time.perf_counter() - begun
        result = await self._until(since, lambda found: found.sent >= len(records))
        answered = time.perf_counter() - begun
        here = {"worker" if name == "plain" else "bench": time.process_time() - own - said, "generator": said}
        used = self.machine.meter.since(before) | here
        show(f"{name}, {sort}{', warming up' if warming else ''}", len(records), decided, answered, used)
        await self.compare(hotel, sort, len(records), result)
        return Found(len(records) / decided, sum(used.values()) / len(records))

    async def _until(self, since: int, enough: Callable[[Outcome], bool]) -> Outcome:
        while not enough(found := await outcome(self.database, since)):
            await asyncio.sleep(LOOK_EVERY)
        return found

    async def compare(self, hotel: Hotel, sort: str, asked: int, result: Outcome) -> None:
        async with self.database.reading() as session:
            wrong = await find_wrong_nights(session)
        taken = await rooms_taken(self.database, hotel)
        if wrong or result.decided != asked or taken > UNITS or (sort == "hot" and taken != min(asked, UNITS)):
            raise NoResult(f"{result.answers} to {asked}, {taken} rooms taken, wrong: {[*map(str, wrong[:3])]}")
        told = ", ".join(f"{word} {many:,}" for word, many in sorted(result.answers.items()))
        print(f"  the books agree: {told}", flush=True)


def show(name: str, many: int, decided: float, answered: float, used: dict[str, float]) -> None:
    later = f"all answers sent {answered - decided:.1f} s later"
    print(f"{name}: {many / decided:,.0f} decisions/s in {decided:.1f} s, {later}")
    shares = ", ".join(f"{part} {seconds / many * 1e6:.0f}" for part, seconds in used.items())
    print(f"  processor µs a decision: {shares}; together {sum(used.values()) / many * 1e6:.0f}", end="")
    print(f", {sum(used.values()) / answered:.1f} of {os.cpu_count()} cores")


async def run(servers: Machine, requests: int, sorts: Sequence[str]) -> None:
    settings = servers.settings_of(Settings)
    await upgrade("subgraphs.accommodation", settings)
    topics = Topics(settings)
    await topics.declare(consumer.topics)
    resources = await open_resources(settings)
    producer = Producer(settings, topics)
    try:
        bench = Bench(servers, settings, resources[Database], producer, requests)
        found = {name: await bench.way(name, sorts) for name in SHARE}
    finally:
        await producer.close()
        await resources.close()
    show_ratios(found, sorts)


def show_ratios(found: Mapping[str, Mapping[str, Found]], sorts: Sequence[str]) -> None:
    """By the clock, and by what a decision takes of the processors: on a machine that others use, that counts."""
    print()
    for sort in sorts:
        together = found["together"][sort]
        for name in ("plain", "one each"):
            if other := found[name].get(sort):
                by_clock, by_processor = together.rate / other.rate, other.used / together.used
                print(f"{sort}: {together.rate:,.0f}/s together, {other.rate:,.0f}/s {name}:", end=" ")
                print(f"{by_clock:.1f} times, {by_processor:.1f} by the processor")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.nights", description=__doc__)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--only", nargs="+", choices=SORTS, default=SORTS)
    given = parser.parse_args(arguments)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the start")
    with machine() as servers:
        asyncio.run(run(servers, given.requests, given.only))
    return 0


if __name__ == "__main__":
    sys.exit(main())
