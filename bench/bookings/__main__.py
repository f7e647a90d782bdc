"""How long a guest waits from `createBooking` until the booking can be paid, and where that time goes.

    python -m bench.bookings [--one-by-one 200] [--at-once 200]

The whole local stack as `make up` starts it, apart from the one that may be running. Guests come through its entrance,
and are told by the subscription; first one after the other on a stack that has nothing else to do, then all at once.
At the end the books are compared; a run in which they differ, or in which somebody was not served, is no result.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from statistics import quantiles

import httpx
from rich.console import Console

from bench.bookings.guests import Waited, all_at_once, one_by_one
from bench.bookings.hops import hops
from bench.rig.house import open_house
from bench.rig.result import NoResult
from bench.rig.usage import Meter
from stack.books.check import check_books
from stack.books.places import Places
from stack.demo.graph import Graph
from stack.demo.people import sign_in
from stack.layout import Layout, Ports
from stack.local import Stack, local_stack
from stack.options import Options
from stack.progress import Progress

ROOM_TYPES, UNITS = 20, 1_000
WARM = 10
CLIENTS = 8
"""Pools of connections: one for all would spend its time looking for a free one."""


@dataclass(frozen=True)
class Bench:
    places: Places
    meter: Meter
    guests: Sequence[Graph]
    rooms: Sequence[str]

    async def run(self, name: str, guests: Awaitable[list[Waited]]) -> None:
        before, began = self.meter.read(), time.perf_counter()
        waited = await guests
        elapsed, used = time.perf_counter() - began, self.meter.since(before)
        print(f"{name}: {len(waited)} bookings in {elapsed:.1f} s")
        _say_percentiles("answered", [each.answer for each in waited])
        _say_percentiles("payable, and told so", [each.told for each in waited])
        _say_used(used, len(waited), elapsed)
        await self.say_hops([each.booking for each in waited])

    async def say_hops(self, bookings: Sequence[str]) -> None:
        print("  medians in ms: from saying to the broker's acknowledgement, to its taker, until that says the next")
        for hop in await hops(self.places, bookings):
            handling = "" if hop.handling is None else f"{hop.handling * 1000:8.1f}"
            print(f"    {hop.message:<28}{hop.to_broker * 1000:8.1f}{hop.to_taker * 1000:8.1f}{handling}")


def _say_percentiles(what: str, seconds: Sequence[float]) -> None:
    cuts = quantiles(seconds, n=100, method="inclusive")
    said = ", ".join(f"p{at} {cuts[at - 1] * 1000:.0f} ms" for at in (50, 95, 99))
    print(f"  {what}: {said}, longest {max(seconds) * 1000:.0f} ms")


def _say_used(used: dict[str, float], many: int, elapsed: float) -> None:
    parts = sorted(used.items(), key=lambda part: -part[1])
    said = ", ".join(f"{name} {seconds / many * 1e6:,.0f}" for name, seconds in parts if seconds)
    total = sum(used.values())
    print(f"  processor µs a booking: {said}; together {total / many * 1e6:,.0f}", end="")
    print(f", {total / elapsed:.1f} of {os.cpu_count()} cores")


async def measure(stack: Stack, singly: int, at_once: int) -> None:
    async with httpx.AsyncClient(base_url=stack.url, timeout=60) as http:
        graph = Graph(http, "/graphql")
        host = await sign_in(graph, "host@overthere.example", "/admin/graphql")
        rooms = await open_house(host.graph, [UNITS] * ROOM_TYPES)
        guest = await sign_in(graph, "guest@overthere.example")
    clients = [httpx.AsyncClient(base_url=stack.url, timeout=60) for _ in range(CLIENTS)]
    guests = [Graph(client, "/graphql").as_person(guest.token) for client in clients]
    with ExitStack() as watched:
        meter = Meter()
        for server in (server for tier in stack.supervisor.tiers for server in tier):
            watched.enter_context(meter.watching(server.name, server.child.pid))
        bench = Bench(Places.of(stack.around), meter, guests, rooms)
        await one_by_one(guests[0], rooms, min(WARM, singly))
        await bench.run("one by one", one_by_one(guests[0], rooms, singly))
        await bench.run("all at once", all_at_once(guests, rooms, at_once))
    await asyncio.gather(*(client.aclose() for client in clients))
    found = await check_books(bench.places, within=60)
    if found.breaches:
        raise NoResult("; ".join(map(str, found.breaches)))
    print(f"the books agree: {found.counted}")


async def run(singly: int, at_once: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        layout = Layout(home=Path(folder), ports=Ports.free())
        told = {**os.environ, "LOG_LEVEL": "WARNING"}
        async with local_stack(layout, Options.read(os.environ), Progress(Console(file=StringIO())), told) as stack:
            await measure(stack, singly, at_once)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.bookings", description=__doc__)
    parser.add_argument("--one-by-one", type=int, default=200)
    parser.add_argument("--at-once", type=int, default=200)
    given = parser.parse_args(arguments)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the start")
    asyncio.run(run(given.one_by_one, given.at_once))
    return 0


if __name__ == "__main__":
    sys.exit(main())
