"""Both faces of every subgraph speak graphql-transport-ws as it is specified, to its own client and to all others."""

import asyncio
import subprocess
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from chassis.roles import Role
from stack.layout import ROOT
from stack.node import node

from .serving import PATHS, Served

FOLLOWED = {
    ("booking", "admin"): "subscription {{ bookings {{ id }} }}",
    ("loyalty", "public"): 'subscription {{ couponEvent(id: "{coupon_event_id}") {{ id }} }}',
    ("loyalty", "admin"): 'subscription {{ couponEvent(id: "{coupon_event_id}") {{ id }} }}',
}
"""What runs until somebody ends it."""
CASES = 15
INIT_WITHIN = 4
"""Seconds. Time enough to begin on a busy machine; who says nothing is waited for that long."""


async def test_every_breach_of_the_protocol_ends_with_its_code(
    subgraph: Served, people: dict[Role, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    app: Any = subgraph.subgraph.app
    for path in PATHS.values():
        served = app.faces[path]["websocket"]
        monkeypatch.setattr(served, "limits", replace(served.limits, init_within=INIT_WITHIN))
    await asyncio.gather(*(_audit(subgraph, people, face) for face in PATHS))


async def _audit(subgraph: Served, people: dict[Role, UUID], face: str) -> None:
    address = subgraph.url.replace("http://", "ws://") + PATHS[face]
    command = [node(), str(ROOT / "router" / "socket_audit.mjs"), address]
    followed = FOLLOWED.get((subgraph.name, face))
    if followed:
        ids = {name: found[0] for name, found in subgraph.ids().items()}
        command += [followed.format(**ids), subgraph.token(people[Role.ADMIN], Role.ADMIN)]
    audit = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    async with asyncio.timeout(60):
        said, complained = await audit.communicate()
    cases = CASES + (1 if followed else 0)
    assert said.decode().splitlines() == [f"{address} ends {cases} of {cases} as it should"], complained
