"""How fast coupons are decided on in a rush, beside the plain way in the same run.

    python -m bench.coupons [--people 100000] [--coupons 10000]

Two API processes and one worker of loyalty, PostgreSQL, Valkey (every write on disk before it answers) and the broker
share the machine with whoever asks: 500 connections, each person with a token of their own, a third asking twice. At
the end the books are compared; a run in which they differ is no result.
"""

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.request import urlopen
from uuid import UUID

from bench.coupons import plain
from chassis import clock
from chassis.database import Database
from chassis.ids import uuid7
from chassis.migrations import upgrade
from chassis.testing_tokens import TokenIssuer
from stack.ports import free_port
from stack.servers import embedded_broker, embedded_postgres, embedded_valkey
from subgraphs.loyalty.coupon_events import store
from subgraphs.loyalty.coupon_events.create import create_coupon_event
from subgraphs.loyalty.coupon_events.gate import Gate
from subgraphs.loyalty.coupon_events.prepare import prepare_gate
from subgraphs.loyalty.coupon_events.tables import CouponEvent
from subgraphs.loyalty.coupons.create import create_coupon
from subgraphs.loyalty.coupons.tables import Coupon, CouponKind, DiscountKind
from subgraphs.loyalty.resources import open_resources
from subgraphs.loyalty.settings import Settings

ROOT = Path(__file__).parents[2]
ISSUE = "mutation ($id: ID!) { issueCoupon(couponEventId: $id) { id status rejection rank } }"
APIS = 2
PLAIN_PEOPLE = 3_000
"""The plain way is so slow that fewer tell as much."""


@dataclass(frozen=True)
class Machine:
    """Where the servers are, and how processes of ours find them."""

    environment: dict[str, str]
    tokens: TokenIssuer
    folder: Path

    @property
    def settings(self) -> Settings:
        return Settings(**{name.lower(): value for name, value in self.environment.items()})


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.coupons", description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--coupons", type=int, default=10_000)
    given = parser.parse_args()
    with machine() as servers:
        fast = asyncio.run(gate(servers, given.people, given.coupons))
        slow = asyncio.run(row_lock(servers, min(given.people, PLAIN_PEOPLE), given.coupons))
    print(f"\n{fast / slow:.1f} times the plain way")
    return 0


async def gate(servers: Machine, people: int, coupons: int) -> float:
    """Decisions a second of loyalty itself."""
    settings = servers.settings
    await upgrade("subgraphs.loyalty", settings)
    resources = await open_resources(settings)
    event = await an_event(resources[Database], resources[Gate], coupons)
    with processes(servers, "subgraphs.loyalty.app", APIS) as addresses, worker(servers):
        found = ask(servers, event, people, addresses)
        report("loyalty", found)
        accepted = (await resources[Gate].look(event)).accepted  # type: ignore[union-attr]
        ended = time.perf_counter()
        while (recorded := await recorded_of(resources[Database], event)) < accepted:
            await asyncio.sleep(0.1)
        print(f"  all recorded {time.perf_counter() - ended:.1f} s after the last answer")
    await resources.close()
    ensure(accepted == recorded == min(people, coupons), f"accepted {accepted}, recorded {recorded}")
    return float(found["rate"])


async def row_lock(servers: Machine, people: int, coupons: int) -> float:
    """The same of the plain way."""
    url, event = servers.environment["DATABASE_URL"], uuid7()
    await plain.prepare(url, event, coupons)
    with processes(servers, "bench.coupons.plain", APIS) as addresses:
        found = ask(servers, event, people, addresses)
    report("plain", found)
    many, owners = await plain.issued(url, event)
    ensure(many == owners == min(people, coupons), f"{many} coupons of {owners} people")
    return float(found["rate"])


async def an_event(database: Database, gate: Gate, quantity: int) -> UUID:
    now = clock.now()
    coupon = Coupon(
        name="Rush",
        kind=CouponKind.LIMITED,
        discount_kind=DiscountKind.PERCENTAGE,
        percent=10,
        currency="KRW",
        usable_from=now,
        usable_until=now + timedelta(days=30),
        quantity=quantity,
    )
    window = {"opens_at": now - timedelta(minutes=1), "closes_at": now + timedelta(hours=1)}
    event = CouponEvent(coupon_id=coupon.id, name="Rush", description="", **window)
    async with database.transaction() as session:
        await create_coupon(session, coupon)
        await create_coupon_event(session, event)
    await prepare_gate(database, gate, event.id)
    return event.id


async def recorded_of(database: Database, event: UUID) -> int:
    async with database.reading() as session:
        return (await store.recorded_by_event(session, [event])).get(event, 0)


def ask(servers: Machine, event: UUID, people: int, addresses: list[str]) -> dict[str, Any]:
    """Everybody asks once and a third of them twice, in any order, from a process of its own."""
    body = json.dumps({"query": ISSUE, "variables": {"id": str(event)}})
    asking = [_request(servers.tokens.issue(uuid7()), body) for _ in range(people)]
    asking += random.sample(asking, people // 3)
    random.shuffle(asking)
    file = servers.folder / "requests.json"
    file.write_text(json.dumps(asking))
    command = [sys.executable, "-m", "bench.coupons.askers", str(file), *addresses]
    found = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    answered: dict[str, Any] = json.loads(found)
    return answered


def _request(token: str, body: str) -> str:
    head = ("POST /graphql HTTP/1.1", "Host: bench", "Content-Type: application/json", f"Authorization: Bearer {token}")
    return "\r\n".join((*head, f"Content-Length: {len(body)}", "", body))


def report(name: str, found: dict[str, Any]) -> None:
    words = ", ".join(f"{word} {many:,}" for word, many in sorted(found["words"].items()))
    slowest = "  (the generator itself is the bottleneck)" if found["generator"] > 0.9 else ""
    print(f"{name}: {found['rate']:,.0f} decisions/s in {found['elapsed']:.1f} s{slowest}")
    print("  " + ", ".join(f"{each} {found[each] * 1000:.0f} ms" for each in ("p50", "p95", "p99")), end="; ")
    print(f"the generator took {found['generator']:.0%} of a core")
    print(f"  {words}", flush=True)
    ensure(not found["unanswered"], f"{found['unanswered']} were not answered")


def ensure(condition: bool, otherwise: str) -> None:
    if not condition:
        raise SystemExit(f"No result: {otherwise}.")


@contextmanager
def machine() -> Iterator[Machine]:
    with ExitStack() as started:
        folder = Path(started.enter_context(tempfile.TemporaryDirectory()))
        tokens = started.enter_context(TokenIssuer())
        environment = {
            "DATABASE_URL": started.enter_context(embedded_postgres(folder / "postgres")).url,
            "REDIS_URL": started.enter_context(embedded_valkey(folder / "valkey")).url,
            "KAFKA_BOOTSTRAP": started.enter_context(embedded_broker(folder / "broker")).url,
            "KAFKA_IDEMPOTENT_PRODUCER": "false",
            "JWKS_URL": tokens.jwks_url,
            "REVOCATIONS_URL": tokens.revocations_url,
            "LOG_LEVEL": "WARNING",
        }
        yield Machine(environment, tokens, folder)


@contextmanager
def processes(servers: Machine, module: str, many: int) -> Iterator[list[str]]:
    """Their addresses, once they answer."""
    ports = [free_port() for _ in range(many)]
    extra = {"PLAIN_DATABASE_URL": servers.environment["DATABASE_URL"]}
    with ExitStack() as started:
        for port in ports:
            started.enter_context(process(servers, module, extra | {"PORT": str(port)}))
        for port in ports:
            wait_for(f"http://127.0.0.1:{port}/")
        yield [f"127.0.0.1:{port}" for port in ports]


@contextmanager
def worker(servers: Machine) -> Iterator[None]:
    port = free_port()
    with process(servers, "subgraphs.loyalty.worker", {"METRICS_PORT": str(port)}):
        wait_for(f"http://127.0.0.1:{port}/readyz", wanted=200)
        yield


@contextmanager
def process(servers: Machine, module: str, extra: dict[str, str]) -> Iterator[None]:
    environment = os.environ | servers.environment | extra
    with (servers.folder / f"{module}.log").open("ab") as log:
        running = subprocess.Popen([sys.executable, "-m", module], cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            yield
        finally:
            running.terminate()
            running.wait()


def wait_for(url: str, *, wanted: int | None = None, within: float = 60) -> None:
    """Until something answers there, or answers with that status."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        try:
            with urlopen(url) as answer:  # noqa: S310 - an address of ours
                if wanted in {None, answer.status}:
                    return
        except OSError as error:
            if wanted is None and hasattr(error, "code"):
                return
        time.sleep(0.1)
    raise SystemExit(f"Nothing answers at {url}.")


if __name__ == "__main__":
    sys.exit(main())
