"""Many people who ask for a coupon at once: a load generator that costs little itself.

    python -m bench.coupons.askers FILE HOST:PORT…

FILE holds one HTTP request a line of a JSON array. What was answered, and how fast, is printed as JSON.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvloop

CONNECTIONS = 500


@dataclass
class Tally:
    """What has been answered so far. Latencies are in seconds, from the first byte out to the last byte in."""

    waiting: list[bytes]
    words: Counter[str] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)


class Asker(asyncio.Protocol):
    """One connection: asks, reads the answer, asks for the next person."""

    def __init__(self, tally: Tally, done: asyncio.Future[None]) -> None:
        self.tally, self.done = tally, done
        self.buffer = b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.ask()

    def ask(self) -> None:
        if not self.tally.waiting:
            self.transport.close()
            return
        self.asked_at = time.perf_counter()
        self.transport.write(self.tally.waiting.pop())

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, separator, body = self.buffer.partition(b"\r\n\r\n")
        if not separator or len(body) < _length(head):
            return
        self.buffer = b""
        self.tally.latencies.append(time.perf_counter() - self.asked_at)
        self.tally.words[_word(body)] += 1
        self.ask()

    def connection_lost(self, _error: Exception | None) -> None:
        self.done.set_result(None)


def _length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])


def _word(body: bytes) -> str:
    for word in (b"PENDING", b"ISSUED", b"SOLD_OUT"):
        if word in body:
            return word.decode()
    return body[:200].decode(errors="replace")


async def ask_all(requests: list[bytes], addresses: list[tuple[str, int]]) -> dict[str, Any]:
    loop = asyncio.get_running_loop()
    tally = Tally(requests[::-1])
    ends = [loop.create_future() for _ in range(CONNECTIONS)]
    started, busy = time.perf_counter(), time.process_time()
    for number, end in enumerate(ends):
        host, port = addresses[number % len(addresses)]
        await loop.create_connection(lambda end=end: Asker(tally, end), host, port)
    await asyncio.gather(*ends)
    elapsed = time.perf_counter() - started
    latencies = sorted(tally.latencies)
    return {
        "words": dict(tally.words),
        "unanswered": len(requests) - len(latencies),
        "elapsed": elapsed,
        "rate": len(latencies) / elapsed,
        "p50": latencies[len(latencies) // 2],
        "p95": latencies[len(latencies) * 95 // 100],
        "p99": latencies[len(latencies) * 99 // 100],
        "generator": (time.process_time() - busy) / elapsed,
    }


if __name__ == "__main__":
    file, *given = sys.argv[1:]
    requests = [line.encode() for line in json.loads(Path(file).read_text())]
    addresses = [(each.partition(":")[0], int(each.partition(":")[2])) for each in given]
    print(json.dumps(uvloop.run(ask_all(requests, addresses))))
