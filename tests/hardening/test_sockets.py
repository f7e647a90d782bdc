"""Both faces of every subgraph speak graphql-transport-ws as it is specified, to its own client and to all others."""

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


@pytest.mark.parametrize("face", PATHS)
def test_every_breach_of_the_protocol_ends_with_its_code(
    subgraph: Served, people: dict[Role, UUID], face: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app: Any = subgraph.subgraph.app
    served = app.faces[PATHS[face]]["websocket"]
    monkeypatch.setattr(served, "limits", replace(served.limits, init_within=1.5))
    address = subgraph.url.replace("http://", "ws://") + PATHS[face]
    audit = [node(), str(ROOT / "router" / "socket_audit.mjs"), address]
    followed = FOLLOWED.get((subgraph.name, face))
    if followed:
        ids = {name: found[0] for name, found in subgraph.ids().items()}
        audit += [followed.format(**ids), subgraph.token(people[Role.ADMIN], Role.ADMIN)]
    done = subprocess.run(audit, capture_output=True, text=True, check=False, timeout=60)
    cases = CASES + (1 if followed else 0)
    assert done.stdout.splitlines() == [f"{address} ends {cases} of {cases} as it should"], done.stderr
