"""The scenes in their order, each through the one entrance that clients know."""

import secrets
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import httpx

from stack.demo.graph import Graph
from stack.demo.host import put_on_sale
from stack.demo.people import sign_in, sign_up_crowd
from stack.demo.review import review, stay
from stack.demo.rush import COUPONS, OPENS_IN, announce_event, ask_again, compare_stock, open_event, rush
from stack.demo.search import search_places
from stack.demo.show import Show
from stack.demo.stay import book_and_pay, come_too_late, compare_booking
from stack.demo.suspend import suspend_and_restore
from stack.local import Stack

GUESTS = 1_000
DAYS_AHEAD, NIGHTS = 30, 2
# One pool for a thousand connections would spend its time looking for a free one.
CLIENTS = 40


async def play(stack: Stack, show: Show, *, guests: int = GUESTS) -> None:
    """Raise DemoFailed at the first step that is not as it must be."""
    async with AsyncExitStack() as opened:
        clients = [await opened.enter_async_context(_client(stack.url)) for _ in range(CLIENTS)]
        http, graph = clients[0], Graph(clients[0], "/graphql")
        host = (await sign_in(graph, "host@overthere.example", "/admin/graphql")).graph
        admin = (await sign_in(graph, "admin@overthere.example", "/admin/graphql")).graph
        show.step("A guest searches real lodgings of Oslo, with dates")
        tomorrow = (datetime.now(UTC) + timedelta(days=1)).date()
        check_in = tomorrow + timedelta(days=DAYS_AHEAD)
        offer = await search_places(graph, show, check_in, check_in + timedelta(days=NIGHTS))
        show.step(f"{guests:,} guests want one of a hundred coupons, all at once")
        event_id = await announce_event(admin, "First snow", COUPONS, stack.url, show)
        graphs = [Graph(client, "/graphql") for client in clients]
        people = await sign_up_crowd(graphs, show, guests, run=secrets.token_hex(4))
        opens_at = await open_event(admin, event_id, OPENS_IN, show)
        winners = await rush(people, event_id, opens_at, show)
        await ask_again(winners[0], event_id, show)
        show.step("A winner books with the coupon, and pays")
        booking_id = await book_and_pay(winners[0], offer, http, show)
        show.step("A second guest wants the same last room")
        await come_too_late(winners[1].person, offer, show)
        show.step("A host puts a place on sale")
        new = await put_on_sale(host, graph, tomorrow, show)
        show.step("A guest stays there, and reviews")
        stayed = await stay(stack.around, people[0], new, http, show)
        await review(people[0], host, stayed, new, show)
        show.step("An administrator suspends somebody")
        await suspend_and_restore(admin, people[-1], show)
        show.step("The books are compared")
        await compare_stock(admin, event_id, show)
        await compare_booking(winners[0], booking_id, show)


def _client(entrance: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=entrance, timeout=60, limits=httpx.Limits(max_keepalive_connections=None))
