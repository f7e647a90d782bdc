"""Guests who book through the entrance, and how long they wait: for the answer, and until they are told to pay."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bench.rig.house import today
from bench.rig.result import NoResult
from chassis.ids import uuid7
from stack.demo.graph import Graph, GraphError
from stack.demo.stay import CREATE_BOOKING, WATCH_BOOKING

PATIENCE = 30
"""Seconds, as the gateways have."""
PAUSE = 0.4
"""Seconds at most between two guests who come one after the other: at no moment more often than at another."""


@dataclass(frozen=True)
class Waited:
    """Seconds."""

    booking: str
    answer: float
    told: float


async def book(guest: Graph, room: str) -> Waited:
    check_in = today() + timedelta(days=random.randint(10, 300))
    wanted = {"roomTypeId": room, "checkIn": str(check_in), "checkOut": str(check_in + timedelta(days=2)), "guests": 2}
    person = {"idempotencyKey": str(uuid7()), "guestName": "Gus", "guestPhone": "+82-10-0000-0000"}
    began = time.perf_counter()
    try:
        async with asyncio.timeout(PATIENCE):
            booking = (await guest.ask(CREATE_BOOKING, input=wanted | person))["createBooking"]["id"]
            answered = time.perf_counter()
            await _until_payable(guest, booking)
    except (TimeoutError, GraphError) as error:
        raise NoResult(f"a guest was not served: {error!r}") from error
    return Waited(booking, answered - began, time.perf_counter() - began)


async def one_by_one(guest: Graph, rooms: Sequence[str], many: int) -> list[Waited]:
    waited = []
    for _ in range(many):
        await asyncio.sleep(random.uniform(0, PAUSE))
        waited.append(await book(guest, random.choice(rooms)))
    return waited


async def all_at_once(guests: Sequence[Graph], rooms: Sequence[str], many: int) -> list[Waited]:
    return list(await asyncio.gather(*(book(guests[at % len(guests)], random.choice(rooms)) for at in range(many))))


async def _until_payable(guest: Graph, booking: str) -> None:
    async for said in guest.watch(WATCH_BOOKING, id=booking):
        if said["booking"]["status"] == "AWAITING_PAYMENT":
            return
        if said["booking"]["status"] != "PENDING":
            raise NoResult(f"booking {booking} became {said['booking']['status']}")
