"""The page on which a rush is watched, in a real browser and on a real rush."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from io import StringIO
from uuid import UUID

import asyncpg
import pytest
from playwright.async_api import Locator, Page, Response, WebSocketRoute, expect
from redis.asyncio import Redis
from rich.console import Console

from chassis.ids import uuid7
from stack.books.places import Places
from stack.demo.graph import Graph
from stack.demo.people import SIGN_UP
from stack.demo.rush import ISSUE, STOCK, open_event, plan_event
from stack.demo.show import Show
from stack.local import Stack
from stack.people import DEMO_PASSWORD
from subgraphs.loyalty.coupon_events.gate import Keys
from subgraphs.loyalty.coupon_events.relay import RELAYS
from tests.chassis.proxy import Proxy

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

QUANTITY, GUESTS = 5, 8
ADMIN, GUEST = "admin@overthere.example", "guest@overthere.example"
CLOSE = "mutation Close($id: ID!) { closeCouponEvent(couponEventId: $id) { status } }"
SIGN_OUT = "mutation Out($token: String!) { signOut(refreshToken: $token) }"
STORED = "JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, history.state, window.name])"
NewEvent = Callable[..., Awaitable[str]]


@pytest.fixture(scope="module")
async def guests(graph: Graph) -> list[Graph]:
    async def sign_up(number: int) -> Graph:
        email = f"rusher-{uuid7()}@overthere.example"
        session = await graph.ask(SIGN_UP, email=email, password=DEMO_PASSWORD, name=f"Guest {number}")
        return graph.as_person(session["signUp"]["accessToken"])

    return await asyncio.gather(*(sign_up(number) for number in range(GUESTS)))


@pytest.fixture
def new_event(admin: Graph) -> NewEvent:
    async def create(opens_in: timedelta = timedelta(seconds=0.5)) -> str:
        return await plan_event(admin, "Snow & <b>ice</b>", QUANTITY, opens_in)

    return create


async def sign_in(page: Page, address: str, email: str = ADMIN, password: str = DEMO_PASSWORD) -> None:
    await page.goto(address)
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Sign in").click()


async def ask(guests: list[Graph], event_id: str) -> list[str]:
    answers = await asyncio.gather(*(guest.ask(ISSUE, event=event_id) for guest in guests))
    return [answer["issueCoupon"]["rejection"] or "accepted" for answer in answers]


def is_answer_to(mutation: str) -> Callable[[Response], bool]:
    return lambda answer: mutation in (answer.request.post_data or "")


def figure(page: Page, name: str) -> Locator:
    return page.locator(f"#{name}")


async def ensure_figures(page: Page, **figures: int | str) -> None:
    for name, value in figures.items():
        await expect(figure(page, name.replace("_", "-"))).to_have_text(str(value))


async def ensure_state(page: Page, connection: str) -> None:
    await expect(figure(page, "connection")).to_have_text(connection)


async def test_a_rush_is_watched_from_the_countdown_to_the_last_coupon(
    stack: Stack, admin: Graph, guests: list[Graph], new_event: NewEvent, page: Page
) -> None:
    event_id = await new_event(opens_in=timedelta(minutes=10))
    await sign_in(page, f"{stack.url}/rush/{event_id}")
    await expect(page.get_by_role("heading", name="Snow & <b>ice</b>")).to_be_visible()
    await ensure_state(page, "Live")
    await expect(figure(page, "status")).to_have_text("Scheduled")
    await expect(figure(page, "moment")).to_contain_text("opens in")
    await ensure_figures(page, won=0, left=QUANTITY)

    await open_event(admin, event_id, timedelta(seconds=1), Show(Console(file=StringIO())))
    await expect(figure(page, "status")).to_have_text("Open")
    await expect(figure(page, "moment")).to_contain_text(re.compile(r"closes in 1:0\d:\d\d"))
    assert await ask(guests[:3], event_id) == ["accepted"] * 3
    await ensure_figures(page, won=3, left=2, recorded=3, in_flight=0, asked=3)

    assert sorted(await ask(guests, event_id)) == ["SOLD_OUT"] * 3 + ["accepted"] * 5
    await expect(figure(page, "status")).to_have_text("Sold out")
    await ensure_figures(page, won=5, left=0, recorded=5, in_flight=0, asked=11, asked_refused=6)
    await expect(figure(page, "moment")).to_contain_text("in ")
    assert float(await figure(page, "asked-peak").inner_text()) >= 1
    await expect(figure(page, "round-trip")).to_contain_text("ms")
    stock = (await admin.ask(STOCK, event=event_id))["couponEvent"]["stock"]
    assert (stock["accepted"], stock["recorded"], stock["remaining"]) == (5, 5, 0)


async def test_whoever_comes_late_sees_the_event_as_it_is(
    stack: Stack, admin: Graph, guests: list[Graph], new_event: NewEvent, page: Page
) -> None:
    event_id = await new_event()
    await until_open(guests[0], event_id)
    await admin.ask(CLOSE, id=event_id)
    await sign_in(page, f"{stack.url}/rush/{event_id}")
    await expect(figure(page, "status")).to_have_text("Closed")
    await expect(figure(page, "moment")).to_have_text("by an administrator")
    await ensure_figures(page, won=1, left=QUANTITY - 1)


async def test_while_the_gate_is_lost_it_is_said_that_nobody_is_answered(
    stack: Stack, guests: list[Graph], new_event: NewEvent, page: Page
) -> None:
    event_id = await new_event()
    await sign_in(page, f"{stack.url}/rush/{event_id}")
    await expect(figure(page, "status")).to_have_text("Open")
    assert await ask(guests[:2], event_id) == ["accepted"] * 2
    await ensure_figures(page, won=2, recorded=2, asked=2)
    async with not_rebuilt(stack):
        async with Redis.from_url(stack.around.backing.redis_url) as redis:
            await redis.unlink(*Keys(UUID(event_id)).all)
        await expect(figure(page, "outage")).to_contain_text("whoever asks is told UNAVAILABLE")
        await ensure_figures(page, asked="–", asked_refused="–", won=2, recorded=2)
    await expect(figure(page, "outage")).to_be_hidden()
    await ensure_figures(page, asked="≥ 2", asked_refused="≥ 0", won=2)
    assert await ask(guests[1:3], event_id) == ["accepted"] * 2
    await ensure_figures(page, asked="≥ 4", asked_refused="≥ 1", won=3)


async def test_a_wrong_password_is_said_and_shows_nothing(stack: Stack, new_event: NewEvent, page: Page) -> None:
    event_id = await new_event()
    await sign_in(page, f"{stack.url}/rush/{event_id}", password="not the password")
    await expect(page.get_by_role("alert")).to_have_text("The e-mail or the password is wrong.")
    await expect(page.get_by_role("heading", name="Watch a rush")).to_be_visible()
    await expect(figure(page, "board")).to_be_hidden()
    assert "?" not in page.url


async def test_a_guests_account_is_told_that_it_is_not_an_administrators(
    stack: Stack, new_event: NewEvent, page: Page
) -> None:
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    await sign_in(page, f"{stack.url}/rush/{await new_event()}", email=GUEST)
    await expect(page.get_by_role("alert")).to_contain_text("not an administrator")
    await expect(figure(page, "board")).to_be_hidden()
    assert sockets == []


@pytest.mark.parametrize("event_id", ["01990000-0000-7000-8000-000000000000", "first-snow"])
async def test_an_event_that_is_not_there_is_said(stack: Stack, page: Page, event_id: str) -> None:
    await sign_in(page, f"{stack.url}/rush/{event_id}")
    await expect(page.get_by_role("heading", name="No such event")).to_be_visible()
    await expect(figure(page, "missing-why")).to_contain_text(event_id)


async def test_a_cut_connection_is_said_and_mended_and_nothing_is_missed(
    stack: Stack, guests: list[Graph], new_event: NewEvent, page: Page, complaints: list[str]
) -> None:
    event_id = await new_event()
    async with Proxy("127.0.0.1", stack.around.layout.ports.entrance) as proxy:
        await sign_in(page, f"http://127.0.0.1:{proxy.port}/rush/{event_id}")
        await until_open(guests[0], event_id)
        await ensure_figures(page, won=1)

        await proxy.away()
        await ensure_state(page, "Offline")
        await expect(page.get_by_role("alert")).to_contain_text("The connection is lost")
        await page.set_viewport_size({"width": 360, "height": 740})
        assert await page.evaluate("document.documentElement.scrollWidth") == 360
        assert set(await ask(guests[1:4], event_id)) == {"accepted"}
        await ensure_figures(page, won=1)

        await proxy.back()
        await ensure_figures(page, won=4, left=1)
        await ensure_state(page, "Live")
        await expect(page.get_by_role("alert")).to_be_hidden()
    assert {text.partition(":")[0] for text in complaints} <= {"WebSocket connection to 'ws", "Failed to load resource"}
    complaints.clear()


@pytest.fixture
async def sockets(page: Page) -> list[WebSocketRoute]:
    """The page's WebSockets as they are opened, all real, and each to be closed as a server would."""
    opened: list[WebSocketRoute] = []

    def between(socket: WebSocketRoute) -> None:
        socket.connect_to_server()
        opened.append(socket)

    await page.route_web_socket("**/admin/graphql", between)
    return opened


async def test_a_token_that_is_no_longer_good_is_renewed_and_the_board_goes_on(
    stack: Stack, guests: list[Graph], new_event: NewEvent, page: Page, sockets: list[WebSocketRoute]
) -> None:
    event_id = await new_event()
    await sign_in(page, f"{stack.url}/rush/{event_id}")
    await until_open(guests[0], event_id)
    await ensure_figures(page, won=1)
    async with page.expect_response(is_answer_to("refreshSession")) as renewed:
        await sockets[0].close(code=4403, reason="the token is no longer good")
    assert "errors" not in await (await renewed.value).json()
    assert set(await ask(guests[1:3], event_id)) == {"accepted"}
    await ensure_figures(page, won=3)
    await ensure_state(page, "Live")
    assert len(sockets) == 2


async def test_a_session_that_was_ended_elsewhere_leads_back_to_the_door(
    stack: Stack, graph: Graph, new_event: NewEvent, page: Page, sockets: list[WebSocketRoute]
) -> None:
    async with page.expect_response(is_answer_to("signIn")) as answered:
        await sign_in(page, f"{stack.url}/rush/{await new_event()}")
    session = (await (await answered.value).json())["data"]["signIn"]
    await ensure_state(page, "Live")
    await graph.ask(SIGN_OUT, token=session["refreshToken"])
    await sockets[0].close(code=4403, reason="the token is no longer good")
    await expect(page.get_by_role("alert")).to_have_text("The session has ended. Please sign in again.")
    await expect(figure(page, "board")).to_be_hidden()


async def test_a_token_is_renewed_before_it_ends(
    stack: Stack, new_event: NewEvent, page: Page, sockets: list[WebSocketRoute]
) -> None:
    await page.clock.install()
    await sign_in(page, f"{stack.url}/rush/{await new_event()}")
    await ensure_state(page, "Live")
    async with page.expect_response(is_answer_to("refreshSession")):
        await page.clock.fast_forward("14:30")
    await ensure_state(page, "Live")
    async with asyncio.timeout(30):
        while len(sockets) < 2:
            await asyncio.sleep(0.05)


async def test_signing_out_ends_the_session(stack: Stack, new_event: NewEvent, page: Page) -> None:
    await sign_in(page, f"{stack.url}/rush/{await new_event()}")
    await ensure_state(page, "Live")
    async with page.expect_response(is_answer_to("signOut")) as answered:
        await page.get_by_role("button", name="Sign out").click()
    assert (await (await answered.value).json())["data"] == {"signOut": True}
    await expect(page.get_by_role("heading", name="Watch a rush")).to_be_visible()
    await expect(figure(page, "board")).to_be_hidden()


async def test_no_token_or_password_is_in_an_address_a_store_the_page_or_the_console(
    stack: Stack, guests: list[Graph], new_event: NewEvent, page: Page
) -> None:
    event_id = await new_event()
    traces: list[str] = []
    page.on("request", lambda request: traces.append(request.url))
    page.on("websocket", lambda socket: traces.append(socket.url))
    page.on("console", lambda said: traces.append(said.text))
    async with page.expect_response(is_answer_to("signIn")) as answered:
        await sign_in(page, f"{stack.url}/rush/{event_id}")
    session = (await (await answered.value).json())["data"]["signIn"]
    await until_open(guests[0], event_id)
    await ensure_figures(page, won=1)
    traces += [await page.evaluate(STORED), json.dumps(await page.context.storage_state(indexed_db=True)), page.url]
    traces.append(await page.content())
    assert f"{stack.url.replace('http', 'ws')}/admin/graphql" in traces
    kept = "\n".join(traces)
    assert [
        secret for secret in (session["accessToken"], session["refreshToken"], DEMO_PASSWORD) if secret in kept
    ] == []


async def test_the_page_loads_nothing_from_elsewhere(stack: Stack, page: Page) -> None:
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    await page.goto(f"{stack.url}/rush/{uuid7()}")
    await expect(page.get_by_role("heading", name="Watch a rush")).to_be_visible()
    assert len(addresses) >= 5
    assert {address for address in addresses if not address.startswith((f"{stack.url}/rush/", "data:"))} == set()


async def test_how_far_the_board_is_behind_is_measured_while_people_ask(
    stack: Stack, guests: list[Graph], new_event: NewEvent, page: Page
) -> None:
    event_id = await new_event()
    await sign_in(page, f"{stack.url}/rush/{event_id}")
    await ensure_state(page, "Live")
    asking = asyncio.create_task(keep_asking(guests[0], event_id))
    await expect(figure(page, "lag")).to_contain_text("ms")
    await expect(figure(page, "lag-median")).to_contain_text("≤ ")
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)


@asynccontextmanager
async def not_rebuilt(stack: Stack) -> AsyncIterator[None]:
    """A gate that is lost stays so for as long as the block lasts, as it does while a relay is at work."""
    places = Places.of(stack.around)
    connection = await asyncpg.connect(places.database_url, database=f"{places.database_prefix}loyalty", timeout=30)
    try:
        await connection.execute("SELECT pg_advisory_lock_shared(hashtextextended($1, 0))", RELAYS)
        yield
    finally:
        await connection.close()


async def keep_asking(guest: Graph, event_id: str) -> None:
    while True:
        await ask([guest], event_id)
        await asyncio.sleep(0.02)


async def until_open(guest: Graph, event_id: str) -> None:
    """Ask until one is accepted."""
    async with asyncio.timeout(20):
        while await ask([guest], event_id) != ["accepted"]:
            await asyncio.sleep(0.1)
