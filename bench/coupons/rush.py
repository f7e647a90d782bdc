"""One rush: everybody asks once and a third of them twice, then the books are compared."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bench.rig.machine import Machine
from bench.rig.result import NoResult
from chassis.ids import uuid7
from stack.layout import ROOT

ISSUE = "mutation ($id: ID!) { issueCoupon(couponEventId: $id) { id status rejection rank } }"


@dataclass(frozen=True)
class Found:
    """What the askers were told, how fast, and what that took of the processors."""

    told: dict[str, Any]
    used: dict[str, float]

    @property
    def rate(self) -> float:
        return float(self.told["rate"])

    @property
    def accepted(self) -> set[str]:
        return set(self.told["accepted"])


def ask(machine: Machine, event: UUID, people: int, addresses: Sequence[str], rate: float | None = None) -> Found:
    """In any order, from a process of its own, with a token for each person."""
    asking = [request(machine.tokens.issue(uuid7()), event) for _ in range(people)]
    asking += random.sample(asking, people // 3)
    random.shuffle(asking)
    requests, answers = machine.layout.home / "requests.json", machine.layout.home / "answers.json"
    requests.write_text(json.dumps(asking))
    command = [sys.executable, "-m", "bench.coupons.askers", str(requests), str(answers), *addresses]
    command += [f"--rate={rate}"] if rate else []
    before = machine.meter.read()
    subprocess.run(command, cwd=ROOT, check=True)
    found = Found(json.loads(answers.read_text()), machine.meter.since(before))
    if found.told["unanswered"]:
        raise NoResult(f"{found.told['unanswered']} were not answered")
    return found


def request(token: str, event: UUID) -> str:
    """The whole of it, as it goes over the wire."""
    body = json.dumps({"query": ISSUE, "variables": {"id": str(event)}})
    head = ("POST /graphql HTTP/1.1", "Host: bench", "Content-Type: application/json", f"Authorization: Bearer {token}")
    return "\r\n".join((*head, f"Content-Length: {len(body)}", "", body))


def show(name: str, found: Found) -> None:
    told = found.told
    slowest = " (the generator itself is the bottleneck)" if told["generator"] > 0.9 else ""
    print(f"{name}: {found.rate:,.0f} decisions/s in {told['elapsed']:.1f} s{slowest}")
    print("  " + ", ".join(f"{each} {told[each] * 1000:.0f} ms" for each in ("p50", "p95", "p99")))
    answers = sum(told["words"].values())
    used = {**found.used, "generator": told["generator"] * told["elapsed"]}
    shares = ", ".join(f"{part} {seconds / answers * 1e6:.0f}" for part, seconds in used.items())
    print(f"  processor µs a decision: {shares}; together {sum(used.values()) / answers * 1e6:.0f}", end="")
    print(f", {sum(used.values()) / told['elapsed']:.1f} of {os.cpu_count()} cores")
    print("  " + ", ".join(f"{word} {many:,}" for word, many in sorted(told["words"].items())), flush=True)
