"""Scene: the winner books the room with the coupon, pays and is confirmed; somebody else comes too late."""

import asyncio
from decimal import Decimal
from typing import Any

import httpx

from stack.demo.graph import Graph
from stack.demo.people import Person
from stack.demo.rush import Winner
from stack.demo.search import Offer, price_of
from stack.demo.show import Show
from stack.demo.window import click

CREATE_BOOKING = "mutation Book($input: CreateBookingInput!) { createBooking(input: $input) { id code status } }"
WATCH_BOOKING = """
subscription Watch($id: ID!) {
  booking(id: $id) {
    status refusal { code message } payment { status }
    price { subtotal { amount currency } couponDiscount { amount currency } total { amount currency } }
  }
}"""
PAYMENT = "query Payment($id: ID!) { booking(id: $id) { payment { id status checkout { url } amount { amount } } } }"
AFTERWARDS = """
query Afterwards($id: ID!) {
  booking(id: $id) { status payment { status amount { amount } } userCoupon { status } }
}"""
REST = ("AWAITING_PAYMENT", "CONFIRMED", "REFUSED", "EXPIRED")


async def book_and_pay(winner: Winner, offer: Offer, http: httpx.AsyncClient, show: Show) -> str:
    """The id of the confirmed booking."""
    graph = winner.person.graph
    booking_id = await book(graph, offer, winner.person.name, winner.user_coupon_id)
    held = await until(graph, booking_id, REST)
    price = held["price"]
    show.must(held["status"] == "AWAITING_PAYMENT", f"{winner.person.name} holds {offer.place} with the coupon")
    show.say(
        f"{price_of(price['subtotal'])} − {price_of(price['couponDiscount'])} by the coupon = "
        f"{price_of(price['total'])} to pay"
    )
    subtotal, discount = (Decimal(price[part]["amount"]) for part in ("subtotal", "couponDiscount"))
    expected = min(subtotal * 20 // 100, Decimal(50_000))
    show.must(discount == expected and subtotal == offer.total, "20 %, at most 50,000, of what the search showed")
    paid = await pay(graph, booking_id, http, show)
    show.must(paid["payment"]["status"] == "PAID", "with the payment, which another subgraph knows, as it is by then")
    return booking_id


async def pay(graph: Graph, booking_id: str, http: httpx.AsyncClient, show: Show) -> dict[str, Any]:
    """The confirmed booking as it was pushed."""
    payment = (await graph.ask(PAYMENT, id=booking_id))["booking"]["payment"]
    show.say(f"the checkout page: {payment['checkout']['url']}")
    confirmed = asyncio.create_task(until(graph, booking_id, ("CONFIRMED", "REFUSED", "EXPIRED")))
    show.must(await click(http, payment["checkout"]["url"]) == 200, "pays in the window of the PortOne simulator")
    pushed = await confirmed
    show.must(pushed["status"] == "CONFIRMED", "and gets CONFIRMED pushed over the WebSocket")
    return pushed


async def come_too_late(person: Person, offer: Offer, show: Show) -> None:
    booking_id = await book(person.graph, offer, person.name)
    refused = await until(person.graph, booking_id, REST)
    code = (refused["refusal"] or {}).get("code")
    show.must(
        (refused["status"], code) == ("REFUSED", "SOLD_OUT"),
        f"{person.name} wants the same last room and is refused: {code}",
    )


async def compare_booking(winner: Winner, booking_id: str, show: Show) -> None:
    booking = (await winner.person.graph.ask(AFTERWARDS, id=booking_id))["booking"]
    found = (booking["status"], booking["payment"]["status"], booking["userCoupon"]["status"])
    show.must(found == ("CONFIRMED", "PAID", "USED"), "booking CONFIRMED, payment PAID, coupon USED")


async def book(graph: Graph, offer: Offer, name: str, user_coupon_id: str | None = None) -> str:
    asked: dict[str, Any] = {
        "idempotencyKey": f"demo-{offer.room_type_id}-{name}",
        "roomTypeId": offer.room_type_id,
        "checkIn": offer.stay["checkIn"],
        "checkOut": offer.stay["checkOut"],
        "guests": offer.stay["guests"],
        "guestName": name,
        "guestPhone": "+82-10-0000-0000",
    }
    if user_coupon_id:
        asked["userCouponId"] = user_coupon_id
    booking_id: str = (await graph.ask(CREATE_BOOKING, input=asked))["createBooking"]["id"]
    return booking_id


async def until(graph: Graph, booking_id: str, statuses: tuple[str, ...]) -> dict[str, Any]:
    """The booking as it was pushed with one of these."""
    async with asyncio.timeout(60):
        async for data in graph.watch(WATCH_BOOKING, id=booking_id):
            booking: dict[str, Any] = data["booking"]
            if booking["status"] in statuses:
                return booking
    raise TimeoutError(f"booking {booking_id} came to rest without {' or '.join(statuses)}")
