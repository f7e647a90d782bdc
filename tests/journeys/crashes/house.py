"""Where the guests of the crash tests stay, what they have, and who they are."""

import asyncio
import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import httpx

from bench.rig.house import open_house, today
from chassis.ids import uuid7
from stack.books.places import Places
from stack.demo.graph import Graph
from stack.demo.people import SIGN_UP, sign_in
from stack.demo.rush import CREATE_COUPON
from stack.local import Stack
from stack.people import DEMO_PASSWORD
from tests.journeys.crashes.sight import Sight, ask

GRANT_COUPON = "mutation ($input: GrantCouponInput!) { grantCoupon(input: $input) { id } }"
GRANT_POINTS = "mutation ($input: GrantPointsInput!) { grantPoints(input: $input) { balance } }"
GUESTS = 6


@dataclass(frozen=True)
class Guest:
    id: str
    graph: Graph


@dataclass
class House:
    stack: Stack
    http: httpx.AsyncClient
    admin: Graph
    sight: Sight
    guests: list[Guest]
    large: str
    """A room type that has room for everybody."""
    single: str
    """A room type of one room."""
    coupon: str
    _nights: "count[int]" = field(default_factory=lambda: count(20))

    def guest(self) -> Guest:
        return random.choice(self.guests)

    def next_night(self) -> date:
        """On which nobody has booked the single room yet."""
        return today() + timedelta(days=next(self._nights))

    async def own_coupon(self, guest: Guest) -> str:
        key, reason = str(uuid7()), "Whoever comes while the house burns."
        granted = {"idempotencyKey": key, "userId": guest.id, "couponId": self.coupon, "reason": reason}
        coupon: str = (await ask(self.admin, GRANT_COUPON, input=granted))["grantCoupon"]["id"]
        return coupon


async def furnish(stack: Stack, http: httpx.AsyncClient) -> House:
    graph = Graph(http, "/graphql")
    host = await sign_in(graph, "host@overthere.example", "/admin/graphql")
    admin = (await sign_in(graph, "admin@overthere.example", "/admin/graphql")).graph
    large, single = await open_house(host.graph, [1_000, 1])
    coupon = (await admin.ask(CREATE_COUPON, input=_coupon()))["createCoupon"]["id"]
    guests = await asyncio.gather(*(_guest(graph, admin) for _ in range(GUESTS)))
    return House(stack, http, admin, Sight(Places.of(stack.around)), list(guests), large, single, coupon)


def _coupon() -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "name": "A tenth",
        "kind": "UNLIMITED",
        "discount": {"kind": "PERCENTAGE", "percent": 10},
        "usableFrom": now.isoformat(),
        "usableUntil": (now + timedelta(days=90)).isoformat(),
    }


async def _guest(graph: Graph, admin: Graph) -> Guest:
    email = f"guest-{uuid7()}@overthere.example"
    session = (await graph.ask(SIGN_UP, email=email, password=DEMO_PASSWORD, name="Gus"))["signUp"]
    guest = session["user"]["id"]
    points = {"idempotencyKey": str(uuid7()), "userId": guest, "points": 1_000_000, "description": "For the tests"}
    await admin.ask(GRANT_POINTS, input=points)
    return Guest(guest, graph.as_person(session["accessToken"]))
