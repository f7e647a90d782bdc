"""A place to book, made as a host makes one: some room types, each of so many rooms, on sale for most of a year."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from stack.demo.graph import Graph

CREATE_PLACE = "mutation ($input: CreateAccommodationInput!) { createAccommodation(input: $input) { id } }"
CREATE_ROOM_TYPE = "mutation ($input: CreateRoomTypeInput!) { createRoomType(input: $input) { id } }"
OPEN_NIGHTS = "mutation ($input: OpenNightsInput!) { openNights(input: $input) { date } }"
PUBLISH = "mutation ($id: ID!) { publishAccommodation(accommodationId: $id) { status } }"
PLACE = {
    "name": "The house that stands",
    "description": "Whatever falls.",
    "kind": "GUESTHOUSE",
    "address": {"line": "1 Beach Road", "region": "Haeundae", "country": "KR"},
    "checkInTime": "15:00:00",
    "checkOutTime": "11:00:00",
    "cancellationPolicy": {
        "name": "A fifth",
        "tiers": [{"daysBefore": 90, "feePercent": 0}, {"daysBefore": 2, "feePercent": 20}],
    },
}
PRICE = 10_000
"""A night."""


async def open_house(host: Graph, units: Sequence[int]) -> list[str]:
    """The room types' ids. `host` is a host's back office."""
    place = (await host.ask(CREATE_PLACE, input=PLACE))["createAccommodation"]["id"]
    rooms = await asyncio.gather(*(_room_type(host, place, each) for each in units))
    await host.ask(PUBLISH, id=place)
    return list(rooms)


def today() -> date:
    """In the zone of the stack."""
    return (datetime.now(UTC) + timedelta(hours=9)).date()


async def _room_type(host: Graph, place: str, units: int) -> str:
    room = {"accommodationId": place, "name": f"One of {units}", "description": "A bed.", "maxGuests": 2}
    asked = {**room, "units": units, "basePrice": str(PRICE)}
    room_type: str = (await host.ask(CREATE_ROOM_TYPE, input=asked))["createRoomType"]["id"]
    nights = {"roomTypeId": room_type, "from": str(today()), "to": str(today() + timedelta(days=360))}
    await host.ask(OPEN_NIGHTS, input=nights)
    return room_type
