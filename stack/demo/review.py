"""Scene: the stay is over, points are earned, the guest reviews and the host replies."""

import asyncio
from typing import Any

import httpx

from stack.commands import command, run_together
from stack.demo.graph import Graph
from stack.demo.people import Person
from stack.demo.search import Offer
from stack.demo.show import Show
from stack.demo.stay import REST, book, pay, until
from stack.services import Surroundings

AFTER_THE_STAY = """
query AfterTheStay($id: ID!) {
  booking(id: $id) { canReview accommodation { id rating reviewCount } }
  viewer { pointAccount { balance } }
}"""
REVIEW = """
mutation Review($input: CreateReviewInput!) { createReview(input: $input) { id } }"""
REPLY = """
mutation Reply($id: ID!, $text: String!) { replyToReview(reviewId: $id, text: $text) { id } }"""
READ = """
query Read($id: ID!) {
  accommodation(id: $id) { rating reviewCount reviews { nodes { rating text author { displayName } hostReply } } }
}"""
WORDS, THANKS = "Warm floor, quiet yard, and the persimmons were ripe.", "Come again when it snows."
DAYS_AHEAD = 3
EARNED_PERCENT = 1


async def stay(around: Surroundings, guest: Person, offer: Offer, http: httpx.AsyncClient, show: Show) -> str:
    """The id of the completed booking."""
    booking_id = await book(guest.graph, offer, guest.name)
    held = await until(guest.graph, booking_id, REST)
    show.must(held["status"] == "AWAITING_PAYMENT", f"{guest.name} holds a night in {offer.place}")
    await pay(guest.graph, booking_id, http, show)
    await _sleep_there(around, guest.graph, booking_id, show)
    return booking_id


async def review(guest: Person, host: Graph, booking_id: str, offer: Offer, show: Show) -> None:
    after = await _until_known(guest.graph, booking_id)
    earned, place_id = after["viewer"]["pointAccount"]["balance"], after["booking"]["accommodation"]["id"]
    show.must(earned == offer.total * EARNED_PERCENT // 100, f"{earned:,} points are earned, 1 % of what was paid")
    written = {"bookingId": booking_id, "rating": 5, "text": WORDS}
    review_id = (await guest.graph.ask(REVIEW, input=written))["createReview"]["id"]
    await host.ask(REPLY, id=review_id, text=THANKS)
    read = (await guest.graph.ask(READ, id=place_id))["accommodation"]
    shown = {"rating": 5, "text": WORDS, "author": {"displayName": guest.name}, "hostReply": THANKS}
    show.must(read["reviews"]["nodes"] == [shown], f"{guest.name} reviews, and the host replies: “{THANKS}”")
    show.must((read["rating"], read["reviewCount"]) == (5, 1), "the place has 5.0 stars of one review")


async def _sleep_there(around: Surroundings, guest: Graph, booking_id: str, show: Show) -> None:
    """The job that completes stays runs once, with the calendar of the stack's settings ahead of ours."""
    completed = asyncio.create_task(until(guest, booking_id, ("COMPLETED",)))
    job, ahead = ["subgraphs.booking.worker", "do-job", "complete_stayed"], {"CALENDAR_DAYS_AHEAD": str(DAYS_AHEAD)}
    await run_together([command(around, "booking", "calendar", job, ahead)])
    await completed
    show.must(True, f"CALENDAR_DAYS_AHEAD={DAYS_AHEAD}: the stay is over, and COMPLETED is pushed")


async def _until_known(guest: Graph, booking_id: str) -> dict[str, Any]:
    """What the guest sees once loyalty and accommodation have heard of it."""
    async with asyncio.timeout(60):
        while True:
            seen = await guest.ask(AFTER_THE_STAY, id=booking_id)
            if seen["booking"]["canReview"] and (seen["viewer"]["pointAccount"] or {}).get("balance"):
                return seen
            await asyncio.sleep(0.2)
