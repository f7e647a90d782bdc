"""Many people who ask for a coupon at once: a load generator that costs little itself.

    python -m bench.coupons.askers REQUESTS ANSWERS HOST:PORT… [--rate 2000]

REQUESTS is a file that holds a JSON array of HTTP requests; what was answered is written to ANSWERS. Without a rate
each connection asks again as soon as it is answered: that finds out how many can be answered. With one, people come at
that rate whatever happens, and wait from the moment they came, also where no connection is free for them.
"""

import argparse
import asyncio
import json
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import uvloop

CONNECTIONS = 500
_TICK = 0.001


@dataclass
class Crowd:
    """Who has yet to ask, and what the others were answered. Latencies are in seconds."""

    coming: deque[bytes]
    here: deque[tuple[float, bytes]] = field(default_factory=deque)
    """Since when they wait for a free connection."""
    idle: deque["Asker"] = field(default_factory=deque)
    words: Counter[str] = field(default_factory=Counter)
    accepted: set[str] = field(default_factory=set)
    latencies: list[float] = field(default_factory=list)

    def answered(self, since: float, body: bytes) -> None:
        self.latencies.append(time.perf_counter() - since)
        issuance = ((orjson.loads(body).get("data") or {}) if body.startswith(b"{") else {}).get("issueCoupon")
        if issuance is None:
            self.words[body[:200].decode(errors="replace")] += 1
            return
        self.words[issuance["rejection"] or issuance["status"]] += 1
        if issuance["rejection"] is None:
            self.won(issuance["id"])

    def won(self, issuance_id: str) -> None:
        self.accepted.add(issuance_id)


class Asker(asyncio.Protocol):
    """One connection: asks, reads the answer, asks for the next person."""

    def __init__(self, crowd: Crowd, *, at_once: bool) -> None:
        self.crowd, self.at_once = crowd, at_once
        self.closed = asyncio.get_running_loop().create_future()
        self.buffer = b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def next(self) -> None:
        if self.crowd.here:
            self.ask(*self.crowd.here.popleft())
        elif not self.crowd.coming:
            self.transport.close()
        elif self.at_once:
            self.ask(time.perf_counter(), self.crowd.coming.popleft())
        else:
            self.crowd.idle.append(self)

    def ask(self, since: float, request: bytes) -> None:
        self.since = since
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, separator, body = self.buffer.partition(b"\r\n\r\n")
        if not separator or len(body) < _length(head):
            return
        self.buffer = b""
        self.crowd.answered(self.since, body)
        self.next()

    def connection_lost(self, _error: Exception | None) -> None:
        self.closed.set_result(None)


def _length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])


async def ask_all(crowd: Crowd, addresses: list[tuple[str, int]], rate: float | None) -> dict[str, Any]:
    asked = len(crowd.coming)
    askers = [await _connected(crowd, addresses[number % len(addresses)], rate) for number in range(CONNECTIONS)]
    started, busy = time.perf_counter(), time.process_time()
    for asker in askers:
        asker.next()
    if rate:
        await _come(crowd, rate, started)
    await asyncio.gather(*(asker.closed for asker in askers))
    elapsed = time.perf_counter() - started
    return _told(crowd, asked, elapsed, (time.process_time() - busy) / elapsed)


async def _connected(crowd: Crowd, address: tuple[str, int], rate: float | None) -> Asker:
    loop = asyncio.get_running_loop()
    _, asker = await loop.create_connection(lambda: Asker(crowd, at_once=rate is None), *address)
    return asker


async def _come(crowd: Crowd, rate: float, started: float) -> None:
    """People come when they come: who finds no free connection waits for one."""
    came = 0
    while crowd.coming:
        for number in range(came, int((time.perf_counter() - started) * rate)):
            if crowd.coming:
                crowd.here.append((started + number / rate, crowd.coming.popleft()))
                came += 1
        while crowd.here and crowd.idle:
            crowd.idle.popleft().next()
        await asyncio.sleep(_TICK)
    while crowd.idle:
        crowd.idle.popleft().next()


def _told(crowd: Crowd, asked: int, elapsed: float, generator: float) -> dict[str, Any]:
    return {
        "words": dict(crowd.words),
        "accepted": sorted(crowd.accepted),
        "unanswered": asked - len(crowd.latencies),
        "elapsed": elapsed,
        "rate": len(crowd.latencies) / elapsed,
        "generator": generator,
        **percentiles(crowd.latencies),
    }


def percentiles(latencies: Sequence[float]) -> dict[str, float]:
    ordered = sorted(latencies)
    return {f"p{share}": ordered[len(ordered) * share // 100] for share in (50, 95, 99)}


def address(text: str) -> tuple[str, int]:
    host, _, port = text.partition(":")
    return host, int(port)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.coupons.askers", description=__doc__)
    parser.add_argument("requests", type=Path)
    parser.add_argument("answers", type=Path)
    parser.add_argument("addresses", nargs="+", metavar="HOST:PORT", type=address)
    parser.add_argument("--rate", type=float)
    given = parser.parse_args()
    crowd = Crowd(deque(line.encode() for line in json.loads(given.requests.read_text())))
    given.answers.write_text(json.dumps(uvloop.run(ask_all(crowd, given.addresses, given.rate))))


if __name__ == "__main__":
    main()
