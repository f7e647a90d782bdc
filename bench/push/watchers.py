"""Many people who take a coupon and watch, each over a WebSocket of their own, until it is pushed that it is theirs.

    python -m bench.push.watchers PEOPLE ANSWERS --ask HOST:PORT --watch HOST:PORT [--rate 200]

PEOPLE is a file that holds a JSON array of {token, request, issuance}. All sockets are open before the first asks.
"""

import argparse
import asyncio
import json
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import uvloop
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from bench.coupons.askers import Crowd, address, ask_all, percentiles

WATCH = """subscription ($id: ID!) {
  couponIssuance(id: $id) { status rank requestedAt userCoupon { id issuedAt coupon { name } } }
}"""
_AT_ONCE = 100
_PATIENCE = 60


class Watcher(asyncio.Protocol):
    """One socket: says who it is, then watches one issuance."""

    def __init__(self, where: str, token: str) -> None:
        loop = asyncio.get_running_loop()
        self.token = token
        self.last_seen = ""
        self.welcome, self.pushed = loop.create_future(), loop.create_future()
        self.spoken = ClientProtocol(parse_uri(where), subprotocols=[Subprotocol("graphql-transport-ws")])

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.spoken.send_request(self.spoken.connect())
        self._flush()

    def data_received(self, data: bytes) -> None:
        was_open = self.spoken.state is OPEN
        self.spoken.receive_data(data)
        if self.spoken.state is OPEN and not was_open:
            self.say({"type": "connection_init", "payload": {"Authorization": f"Bearer {self.token}"}})
        for event in self.spoken.events_received():
            if isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                self.hear(orjson.loads(event.data))
        self._flush()

    def watch(self, issuance_id: str) -> None:
        self.watched_at = time.time()
        payload = {"query": WATCH, "variables": {"id": issuance_id}}
        self.say({"id": "1", "type": "subscribe", "payload": payload})
        self._flush()

    def hear(self, message: dict[str, Any]) -> None:
        if message["type"] == "connection_ack":
            self.welcome.set_result(None)
        elif message["type"] == "next":
            self.seen(time.time(), message["payload"])
        elif message["type"] == "error":
            self._fail(message["payload"])

    def seen(self, at: float, payload: dict[str, Any]) -> None:
        issuance = (payload.get("data") or {}).get("couponIssuance")
        self.last_seen = str(issuance and issuance["status"])
        if payload.get("errors") or not issuance:
            self._fail(payload)
        elif issuance["status"] == "ISSUED" and not self.pushed.done():
            accepted_at = datetime.fromisoformat(issuance["requestedAt"]).timestamp()
            self.pushed.set_result((at - accepted_at, at - self.watched_at))

    def say(self, message: dict[str, Any]) -> None:
        self.spoken.send_text(orjson.dumps(message))

    def connection_lost(self, error: Exception | None) -> None:
        self._fail(error or self.spoken.handshake_exc or "closed")

    def _fail(self, reason: Any) -> None:
        for future in (self.welcome, self.pushed):
            if not future.done():
                future.set_exception(ConnectionError(str(reason)[:300]))

    def _flush(self) -> None:
        self.transport.writelines([each for each in self.spoken.data_to_send() if each])


@dataclass
class Watching(Crowd):
    """Whoever wins watches from then on."""

    watchers: dict[str, Watcher] = field(default_factory=dict)

    def won(self, issuance_id: str) -> None:
        super().won(issuance_id)
        self.watchers[issuance_id].watch(issuance_id)


async def watch_all(
    people: list[dict[str, str]], ask: tuple[str, int], watch: tuple[str, int], rate: float | None
) -> dict[str, Any]:
    turns = asyncio.Semaphore(_AT_ONCE)
    watchers = await asyncio.gather(*(_connected(each["token"], watch, turns) for each in people))
    crowd = Watching(deque(each["request"].encode() for each in people))
    crowd.watchers = {each["issuance"]: watcher for each, watcher in zip(people, watchers, strict=True)}
    started, busy = time.perf_counter(), time.process_time()
    asked = await ask_all(crowd, [ask], rate)
    if len(crowd.accepted) < len(people):
        raise SystemExit(f"Not everybody was accepted: {asked['words']}")
    waited = await _told(watchers)
    elapsed = time.perf_counter() - started
    return {
        "asked": asked,
        "elapsed": elapsed,
        "generator": (time.process_time() - busy) / elapsed,
        "accepted": percentiles([since_accepted for since_accepted, _ in waited]),
        "watched": percentiles([since_watched for _, since_watched in waited]),
    }


async def _told(watchers: list[Watcher]) -> list[tuple[float, float]]:
    """Seconds since they were accepted, and since they watched."""
    told, waiting = await asyncio.wait([watcher.pushed for watcher in watchers], timeout=_PATIENCE)
    if waiting:
        seen = Counter(watcher.last_seen for watcher in watchers if not watcher.pushed.done())
        raise SystemExit(f"{len(waiting)} were never told; they saw at last: {dict(seen)}")
    return [each.result() for each in told]


async def _connected(token: str, where: tuple[str, int], turns: asyncio.Semaphore) -> Watcher:
    async with turns:
        loop = asyncio.get_running_loop()
        url = f"ws://{where[0]}:{where[1]}/graphql"
        _, watcher = await loop.create_connection(lambda: Watcher(url, token), *where)
        await watcher.welcome
        return watcher


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.push.watchers", description=__doc__)
    parser.add_argument("people", type=Path)
    parser.add_argument("answers", type=Path)
    parser.add_argument("--ask", type=address, required=True, metavar="HOST:PORT")
    parser.add_argument("--watch", type=address, required=True, metavar="HOST:PORT")
    parser.add_argument("--rate", type=float)
    given = parser.parse_args()
    people = json.loads(given.people.read_text())
    given.answers.write_text(json.dumps(uvloop.run(watch_all(people, given.ask, given.watch, given.rate))))


if __name__ == "__main__":
    main()
