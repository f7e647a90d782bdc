"""Scene: a host puts a place on sale, and guests find it at once."""

import secrets
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from stack.demo.graph import Graph
from stack.demo.search import Offer
from stack.demo.show import Show

CREATE_PLACE = """
mutation CreatePlace($input: CreateAccommodationInput!) { createAccommodation(input: $input) { id status } }"""
CREATE_ROOMS = """
mutation CreateRooms($input: CreateRoomTypeInput!) { createRoomType(input: $input) { id } }"""
OPEN_NIGHTS = """
mutation OpenNights($input: OpenNightsInput!) { openNights(input: $input) { date } }"""
PUBLISH = """
mutation Publish($id: ID!) { publishAccommodation(accommodationId: $id) { status } }"""
FIND = """
query Find($text: String!, $stay: StayInput!) {
  accommodations(filter: { text: $text }, stay: $stay) {
    nodes { id roomTypes { quote(stay: $stay) { available total { amount } } } }
  }
}"""
OF_PLACE = {
    "description": "Four rooms around a yard with a persimmon tree, ten minutes from the palace.",
    "kind": "HANOK",
    "address": {"line": "12 Bukchon-ro 11-gil", "region": "Jongno-gu", "country": "KR"},
    "amenities": ["WIFI", "HEATING", "BREAKFAST"],
    "checkInTime": "15:00:00",
    "checkOutTime": "11:00:00",
}
OF_ROOMS = {"name": "Room on the yard", "description": "Floor heating, two quilts.", "maxGuests": 2, "units": 4}
PRICE, DAYS = Decimal(120_000), 90


async def put_on_sale(host: Graph, guest: Graph, check_in: date, show: Show) -> Offer:
    """One night of the new place, as a guest's search shows it."""
    name = f"Hanok Maru {secrets.token_hex(3)}"
    place_id = (await host.ask(CREATE_PLACE, input={"name": name, **OF_PLACE}))["createAccommodation"]["id"]
    rooms = {"accommodationId": place_id, "basePrice": str(PRICE), **OF_ROOMS}
    room_type_id = (await host.ask(CREATE_ROOMS, input=rooms))["createRoomType"]["id"]
    nights = {"roomTypeId": room_type_id, "from": str(check_in), "to": str(check_in + timedelta(days=DAYS))}
    opened = (await host.ask(OPEN_NIGHTS, input=nights))["openNights"]
    show.say(f"{name}: {OF_ROOMS['units']} rooms, {len(opened)} nights opened, {PRICE:,} each")
    stay = {"checkIn": str(check_in), "checkOut": str(check_in + timedelta(days=1)), "guests": 2}
    show.must(await _find(guest, name, stay) == [], "a draft is found by nobody")
    await host.ask(PUBLISH, id=place_id)
    found = await _find(guest, name, stay)
    show.must([place["id"] for place in found] == [place_id], "once it is published, the next search finds it")
    quote = found[0]["roomTypes"][0]["quote"]
    show.must(quote["available"] and Decimal(quote["total"]["amount"]) == PRICE, "at the host's price")
    return Offer(room_type_id, name, PRICE, int(str(OF_ROOMS["units"])), stay)


async def _find(guest: Graph, name: str, stay: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await guest.ask(FIND, text=name, stay=stay))["accommodations"]["nodes"]
    return [place for place in found if place["roomTypes"]]
