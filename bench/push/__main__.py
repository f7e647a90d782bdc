"""How soon winners are told: from the gate's acceptance to the pushed result, however many watch.

    python -m bench.push [--watchers 2000] [--only NAME…]

Everybody has a WebSocket open, through a gateway or to loyalty itself, before anybody asks. Whoever is accepted
watches from then on; the time is counted from what the gate says (`requestedAt`), by the one clock of this machine.
Once everybody asks at once, and once over ten seconds.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bench.coupons.rush import request
from bench.rig.event import loyalty, open_event, read_books
from bench.rig.machine import Machine, machine
from bench.rig.result import NoResult
from chassis.ids import uuid7
from chassis.resources import Resources
from stack.errors import StackError
from stack.layout import ROOT
from subgraphs.loyalty.coupon_events.rules import issuance_id

WAYS = ("loyalty", "local gateway", "Hive Router")
SPREAD_SECONDS = 10


@dataclass(frozen=True)
class Bench:
    machine: Machine
    resources: Resources
    watchers: int

    async def run(self, way: str) -> None:
        with self.machine.apis("subgraphs.loyalty.app", 1) as (api,), self._in_front(way, api) as watched:
            await self.push(f"{way}, warming up", api, watched, max(1, self.watchers // 20), None)
            await self.push(f"{way}, all at once", api, watched, self.watchers, None)
            rate = self.watchers / SPREAD_SECONDS
            await self.push(f"{way}, {rate:,.0f} a second", api, watched, self.watchers, rate)

    async def push(self, name: str, api: str, watched: str, many: int, rate: float | None) -> None:
        event = await open_event(self.resources, many)
        users = [uuid7() for _ in range(many)]
        tokens = [self.machine.tokens.issue(user) for user in users]
        people = [
            {"token": token, "request": request(token, event), "issuance": str(issuance_id(event, user))}
            for token, user in zip(tokens, users, strict=True)
        ]
        before = self.machine.meter.read()
        found = self._watch(people, api, watched, rate)
        show(name, found, self.machine.meter.since(before), many)
        recorded = (await read_books(self.resources, event)).recorded
        if recorded != {each["issuance"] for each in people}:
            raise NoResult(f"{len(recorded)} of {many} recorded")

    def _watch(self, people: list[dict[str, str]], api: str, watched: str, rate: float | None) -> dict[str, Any]:
        file, answers = self.machine.layout.home / "people.json", self.machine.layout.home / "pushed.json"
        file.write_text(json.dumps(people))
        command = [sys.executable, "-m", "bench.push.watchers", str(file), str(answers)]
        command += ["--ask", api, "--watch", watched, *([f"--rate={rate}"] if rate else [])]
        subprocess.run(command, cwd=ROOT, check=True)
        found: dict[str, Any] = json.loads(answers.read_text())
        return found

    @contextmanager
    def _in_front(self, way: str, api: str) -> Iterator[str]:
        if way == "loyalty":
            yield api
        else:
            with self.machine.gateway(way, api) as address:
                yield address


def show(name: str, found: dict[str, Any], used: dict[str, float], many: int) -> None:
    slowest = " (the generator itself is the bottleneck)" if found["generator"] > 0.9 else ""
    print(f"{name}: {many:,} told in {found['elapsed']:.1f} s{slowest}")
    for said, since in (("since the acceptance", "accepted"), ("since they watch", "watched")):
        print(f"  {said}: " + ", ".join(f"{each} {seconds * 1000:.0f} ms" for each, seconds in found[since].items()))
    used = {**used, "generator": found["generator"] * found["elapsed"]}
    print("  processor µs a watcher: " + ", ".join(f"{part} {took / many * 1e6:.0f}" for part, took in used.items()))
    sys.stdout.flush()


async def run(servers: Machine, watchers: int, wanted: Callable[[str], bool]) -> None:
    async with loyalty(servers.settings) as resources:
        with servers.worker():
            for way in filter(wanted, WAYS):
                try:
                    await Bench(servers, resources, watchers).run(way)
                except StackError as missing:
                    print(f"{way}: {missing}")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.push", description=__doc__)
    parser.add_argument("--watchers", type=int, default=2_000)
    parser.add_argument("--only", nargs="+", metavar="NAME", help=f"of {', '.join(WAYS)}")
    given = parser.parse_args(arguments)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the start")
    with machine() as servers:
        asyncio.run(run(servers, given.watchers, lambda way: not given.only or way in given.only))
    return 0


if __name__ == "__main__":
    sys.exit(main())
