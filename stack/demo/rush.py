"""Scene: a hundred coupons, a thousand guests, one second."""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median

from stack.demo.graph import Graph
from stack.demo.people import Person
from stack.demo.show import Show
from stack.people import DEMO_PASSWORD

CREATE_COUPON = """
mutation CreateCoupon($input: CreateCouponInput!) { createCoupon(input: $input) { id } }"""
CREATE_EVENT = """
mutation CreateEvent($input: CreateCouponEventInput!) { createCouponEvent(input: $input) { id opensAt } }"""
ISSUE = """
mutation Issue($event: ID!) { issueCoupon(couponEventId: $event) { id status rejection rank } }"""
WATCH = """
subscription Watch($id: ID!) {
  couponIssuance(id: $id) { status rank requestedAt userCoupon { id issuedAt coupon { name } } }
}"""
STOCK = """
query Stock($event: ID!) {
  couponEvent(id: $event) { status stock { quantity accepted recorded inFlight deadLettered remaining } }
}"""
OPEN_AT = """
mutation OpenAt($input: UpdateCouponEventInput!) { updateCouponEvent(input: $input) { opensAt } }"""
COUPONS, OPENS_IN = 100, timedelta(seconds=3)
LATER = timedelta(minutes=30)
"""When an event opens unless it is told to open before: time to find the page on which one can watch it."""


@dataclass(frozen=True)
class Winner:
    person: Person
    issuance_id: str
    user_coupon_id: str
    seconds_to_record: float
    """From the gate's acceptance to the row in PostgreSQL, by their clocks."""


async def plan_event(admin: Graph, name: str, quantity: int, opens_in: timedelta = LATER) -> str:
    """The id of an event of its own coupon, open for an hour."""
    opens_at = datetime.now(UTC) + opens_in
    coupon = {
        "name": f"{name}: 20 % off",
        "kind": "LIMITED",
        "quantity": quantity,
        "discount": {"kind": "PERCENTAGE", "percent": 20, "cap": "50000"},
        "usableFrom": datetime.now(UTC).isoformat(),
        "usableUntil": (opens_at + timedelta(days=90)).isoformat(),
    }
    coupon_id = (await admin.ask(CREATE_COUPON, input=coupon))["createCoupon"]["id"]
    event = {
        "couponId": coupon_id,
        "name": name,
        "description": f"{quantity} coupons for the first {quantity}.",
        "opensAt": opens_at.isoformat(),
        "closesAt": (opens_at + timedelta(hours=1)).isoformat(),
    }
    event_id: str = (await admin.ask(CREATE_EVENT, input=event))["createCouponEvent"]["id"]
    return event_id


async def announce_event(admin: Graph, name: str, quantity: int, entrance: str, show: Show) -> str:
    """Plan it, and say where it can be watched."""
    event_id = await plan_event(admin, name, quantity)
    show.say(f"an administrator puts up {quantity} coupons; watch them go at {entrance}/rush/{event_id}")
    show.say(f"(sign in there as admin@overthere.example, password {DEMO_PASSWORD})")
    return event_id


async def open_event(admin: Graph, event_id: str, opens_in: timedelta, show: Show) -> datetime:
    """When it opens."""
    opens_at = datetime.now(UTC) + opens_in
    await admin.ask(OPEN_AT, input={"couponEventId": event_id, "opensAt": opens_at.isoformat()})
    show.say(f"the event opens in {opens_in.seconds} seconds")
    return opens_at


async def rush(people: list[Person], event_id: str, opens_at: datetime, show: Show) -> list[Winner]:
    """Everybody asks at once when it opens; each winner waits for the push. Returns the winners."""
    early = (await people[0].graph.ask(ISSUE, event=event_id))["issueCoupon"]
    show.must(early["rejection"] == "NOT_OPEN_YET", "whoever asks early is told NOT_OPEN_YET, and may ask again")
    await asyncio.sleep((opens_at - datetime.now(UTC)).total_seconds() + 0.2)
    pushes: list[asyncio.Task[Winner]] = []
    started = time.monotonic()
    rejections = await asyncio.gather(*(_ask(person, event_id, pushes) for person in people))
    seconds = time.monotonic() - started
    show.say(f"{len(people):,} answers in {seconds:.1f} s ({len(people) / seconds:,.0f} a second through the gateway)")
    show.must(len(pushes) == COUPONS, f"exactly {COUPONS} were accepted")
    sold_out = rejections.count("SOLD_OUT")
    show.must(sold_out == len(people) - COUPONS, f"the other {sold_out:,} were told SOLD_OUT at once")
    winners = await asyncio.gather(*pushes)
    waited = median(winner.seconds_to_record for winner in winners)
    show.must(
        len({winner.user_coupon_id for winner in winners}) == COUPONS,
        f"each winner got a coupon of their own pushed over a WebSocket; it was recorded {waited:.2f} s after the gate "
        "had accepted (median)",
    )
    return winners


async def ask_again(winner: Winner, event_id: str, show: Show) -> None:
    again = (await winner.person.graph.ask(ISSUE, event=event_id))["issueCoupon"]
    show.must(again["id"] == winner.issuance_id, "a winner who asks again gets the same issuance, not a second coupon")


async def compare_stock(admin: Graph, event_id: str, show: Show) -> None:
    event = (await admin.ask(STOCK, event=event_id))["couponEvent"]
    stock = event["stock"]
    show.must(
        stock["accepted"] == stock["recorded"] == COUPONS and stock["inFlight"] == stock["deadLettered"] == 0,
        f"both books agree: the gate accepted {stock['accepted']}, PostgreSQL recorded {stock['recorded']}, "
        f"{stock['remaining']} left, the event is {event['status']}",
    )


async def _ask(person: Person, event_id: str, pushes: list[asyncio.Task[Winner]]) -> str | None:
    """Why not, or None; whoever is accepted watches from then on."""
    answer = (await person.graph.ask(ISSUE, event=event_id))["issueCoupon"]
    if answer["status"] != "REJECTED":
        pushes.append(asyncio.create_task(_pushed(person, answer["id"])))
    rejection: str | None = answer["rejection"]
    return rejection


async def _pushed(person: Person, issuance_id: str) -> Winner:
    async with asyncio.timeout(60):
        async for data in person.graph.watch(WATCH, id=issuance_id):
            issuance = data["couponIssuance"]
            if issuance["status"] == "ISSUED":
                coupon = issuance["userCoupon"]
                waited = datetime.fromisoformat(coupon["issuedAt"]) - datetime.fromisoformat(issuance["requestedAt"])
                return Winner(person, issuance_id, coupon["id"], waited.total_seconds())
    raise TimeoutError(f"issuance {issuance_id} was never pushed as ISSUED")
