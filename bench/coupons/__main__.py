"""How fast coupons are decided on in a rush, beside the plain way in the same run.

    python -m bench.coupons [--people 100000] [--coupons 10000] [--only NAME…]

Two API processes and one worker of loyalty, PostgreSQL, Valkey (every write on disk before it answers) and the broker
share the machine with whoever asks: 500 connections, each person with a token of their own, a third asking twice. At
the end of each run the books are compared; a run in which they differ is no result.
"""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from bench.coupons import plain
from bench.coupons.rush import Found, ask, show
from bench.rig.event import count_recorded, loyalty, open_event, read_books
from bench.rig.machine import GATEWAYS, Machine, machine
from bench.rig.result import NoResult
from chassis.ids import uuid7
from chassis.resources import Resources
from stack.errors import StackError

APIS = 2
SLOW_PEOPLE, WARM_PEOPLE = 3_000, 1_000
"""The plain way is so slow that fewer tell as much. First requests fill caches, and are not counted."""
STEADY_SECONDS = 10
STEADY = (0.3, 0.5, 0.8)
"""Shares of what was answered at most: latencies at a load that is all that can be borne are about queues."""


@dataclass(frozen=True)
class Bench:
    machine: Machine
    resources: Resources
    people: int
    coupons: int

    async def direct(self) -> float:
        """Loyalty itself; decisions a second."""
        with self.machine.apis("subgraphs.loyalty.app", APIS) as addresses:
            await self.rush("warming up", addresses, WARM_PEOPLE, WARM_PEOPLE // 10)
            fastest = await self.rush("loyalty", addresses, self.people, self.coupons)
            for share in STEADY:
                rate = share * fastest.rate
                people = int(rate * STEADY_SECONDS * 3 / 4)
                many = max(1, people * self.coupons // self.people)
                await self.rush(f"loyalty at {share:.0%} of that", addresses, people, many, rate)
            await self.rush("loyalty, everybody wins", addresses, self.people // 5, self.people // 5)
        return fastest.rate

    async def through(self, gateway: str) -> None:
        with self.machine.apis("subgraphs.loyalty.app", 1) as (api,), self.machine.gateway(gateway, api) as address:
            await self.rush("warming up", [address], WARM_PEOPLE, WARM_PEOPLE // 10)
            await self.rush(f"{gateway}, one API behind it", [address], self.people // 5, self.coupons // 5)

    async def plainly(self) -> float:
        """The plain way; decisions a second."""
        url = self.machine.backing.database_url
        people = min(self.people, SLOW_PEOPLE)
        with self.machine.apis("bench.coupons.plain", APIS, PLAIN_DATABASE_URL=url) as addresses:
            await self.rush_plainly("warming up, plain", addresses, min(people, WARM_PEOPLE // 10))
            return (await self.rush_plainly("plain", addresses, people)).rate

    async def rush_plainly(self, name: str, addresses: Sequence[str], people: int) -> Found:
        url, event, many = self.machine.backing.database_url, uuid7(), max(1, people * self.coupons // self.people)
        await plain.prepare(url, event, many)
        found = ask(self.machine, event, people, addresses)
        show(name, found)
        recorded = await plain.issued(url, event)
        if recorded != (many, many) or len(found.accepted) != many:
            raise NoResult(f"{many} coupons, {recorded} recorded, {len(found.accepted)} accepted")
        return found

    async def rush(
        self, name: str, addresses: Sequence[str], people: int, coupons: int, rate: float | None = None
    ) -> Found:
        event = await open_event(self.resources, coupons)
        found = ask(self.machine, event, people, addresses, rate)
        ended = time.perf_counter()
        while await count_recorded(self.resources, event) < len(found.accepted):
            await asyncio.sleep(0.05)
        waited = time.perf_counter() - ended
        show(name, found)
        await self.compare(event, found, min(people, coupons), waited)
        return found

    async def compare(self, event: UUID, found: Found, wanted: int, waited: float) -> None:
        books = await read_books(self.resources, event)
        if books.recorded != found.accepted or books.accepted != wanted or len(books.recorded) != wanted:
            raise NoResult(f"accepted {books.accepted}, told {len(found.accepted)}, recorded {len(books.recorded)}")
        print(f"  the books agree on {wanted:,}: all recorded {books.lag:.1f} s after the last was accepted, ", end="")
        print(f"{waited:.1f} s after the last answer", flush=True)


async def run(servers: Machine, people: int, coupons: int, wanted: Callable[[str], bool]) -> None:
    async with loyalty(servers.settings) as resources:
        bench = Bench(servers, resources, people, coupons)
        with servers.worker():
            fast = await bench.direct() if wanted("loyalty") else 0
            for gateway in filter(wanted, GATEWAYS[:2]):
                try:
                    await bench.through(gateway)
                except StackError as missing:
                    print(f"{gateway}: {missing}")
            slow = await bench.plainly() if wanted("plain") else 0
    if fast and slow:
        print(f"\n{fast / slow:.1f} times the plain way")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.coupons", description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--coupons", type=int, default=10_000)
    parser.add_argument("--only", nargs="+", metavar="NAME", help=f"of loyalty, {', '.join(GATEWAYS[:2])}, plain")
    given = parser.parse_args(arguments)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the start")
    with machine() as servers:
        asyncio.run(run(servers, given.people, given.coupons, lambda name: not given.only or name in given.only))
    return 0


if __name__ == "__main__":
    sys.exit(main())
