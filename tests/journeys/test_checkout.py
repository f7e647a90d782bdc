"""Paying as a person does it: the checkout page and the provider's window in a real browser."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from playwright.async_api import Page, expect
from rich.console import Console

from chassis.ids import uuid7
from stack.demo.graph import Graph
from stack.demo.people import sign_in
from stack.demo.search import search_places
from stack.demo.show import Show
from stack.demo.stay import CREATE_BOOKING, PAYMENT, WATCH_BOOKING

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240), pytest.mark.usefixtures("lodgings")]


@pytest.fixture
async def guest(graph: Graph) -> Graph:
    return (await sign_in(graph, "guest@overthere.example")).graph


@pytest.fixture
async def booking_id(guest: Graph) -> str:
    """Held, and waiting to be paid."""
    check_in = (datetime.now(UTC) + timedelta(days=60)).date()
    offer = await search_places(guest, Show(Console(file=StringIO())), check_in, check_in + timedelta(days=2))
    person = {"guestName": "Gus", "guestPhone": "+82-10-0000-0000"}
    wanted = {"idempotencyKey": str(uuid7()), "roomTypeId": offer.room_type_id, **offer.stay, **person}
    booking: str = (await guest.ask(CREATE_BOOKING, input=wanted))["createBooking"]["id"]
    await become(guest, booking, "AWAITING_PAYMENT")
    return booking


async def become(guest: Graph, booking: str, status: str) -> None:
    async for data in guest.watch(WATCH_BOOKING, id=booking):
        if data["booking"]["status"] == status:
            return


async def test_a_guest_pays_in_the_window_after_the_card_was_declined(
    guest: Graph, booking_id: str, page: Page
) -> None:
    payment = (await guest.ask(PAYMENT, id=booking_id))["booking"]["payment"]
    window = page.frame_locator("iframe")
    await page.goto(payment["checkout"]["url"])
    await page.get_by_role("button", name="Pay").click()
    await window.get_by_role("button", name="Decline").click()
    await expect(page.get_by_role("status")).to_contain_text("The payment did not work.")

    await page.get_by_role("button", name="Pay").click()
    await expect(window.get_by_text("PortOne simulator")).to_be_visible()
    await window.get_by_role("button", name="Pay", exact=True).click()
    await expect(page.get_by_role("status")).to_contain_text("Paid. Thank you!")
    assert page.url == payment["checkout"]["url"]
    await become(guest, booking_id, "CONFIRMED")
