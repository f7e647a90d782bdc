"""Paying as a person does it: the checkout page and the payment window in a real browser, at a desk and on a phone."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import FrameLocator, Page, expect

from subgraphs.payment.ledger.tables import PaymentStatus
from tests.payment.checkout.conftest import DESK, PHONE
from tests.payment.world import World, turn_clock

OpenPage = Callable[..., AbstractAsyncContextManager[Page]]


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
async def page(request: pytest.FixtureRequest, open_page: OpenPage) -> AsyncIterator[Page]:
    """At a desk the window opens over the page; on a phone the page is left for it."""
    async with open_page(**request.param) as page:
        yield page


@pytest.fixture
async def desk(open_page: OpenPage) -> AsyncIterator[Page]:
    async with open_page(**DESK) as page:
        yield page


def address(world: World, payment_id: UUID) -> str:
    return f"{world.service.settings.public_url}/checkout/{payment_id}"


def window(page: Page) -> Page | FrameLocator:
    """Where the payment window is."""
    size = page.viewport_size
    return page if size and size["width"] <= 600 else page.frame_locator("iframe")


async def pay(page: Page, click: str, method: str = "Card") -> None:
    await page.get_by_label(method, exact=True).check()
    await page.get_by_role("button", name="Pay").click()
    await window(page).get_by_role("button", name=click, exact=True).click()


async def says(page: Page, text: str) -> None:
    await expect(page.get_by_role("status")).to_contain_text(text)


async def test_a_card_is_declined_then_another_pays(world: World, page: Page) -> None:
    payment_id = await world.open()
    await page.goto(address(world, payment_id))
    await expect(page.get_by_text("130,000 KRW")).to_be_visible()

    await pay(page, "Decline")
    await says(page, "The payment did not work.The card was declined. Please try again")

    await pay(page, "Pay")
    await says(page, "Paid. Thank you!")
    await expect(page.get_by_role("button", name="Pay")).to_have_count(0)
    assert page.url == address(world, payment_id)
    assert await world.said() == ["opened", "paid"]
    await page.get_by_role("link", name="Receipt").click()
    await expect(page.get_by_text("Paid: 130,000 KRW")).to_be_visible()


async def test_a_window_that_was_closed_leaves_all_as_it_was(world: World, page: Page) -> None:
    payment_id = await world.open()
    await page.goto(address(world, payment_id))

    await pay(page, "Close")

    await says(page, "Nothing was paid. You can try again.")
    await expect(page.get_by_role("button", name="Pay")).to_be_enabled()
    assert page.url == address(world, payment_id)
    await pay(page, "Pay", "Bank transfer")
    await says(page, "Paid. Thank you!")


async def test_an_account_number_is_shown_until_the_money_has_come(world: World, page: Page) -> None:
    payment_id = await world.open()
    await page.clock.install()
    await page.goto(address(world, payment_id))

    await pay(page, "Pay", "Virtual account")
    await says(page, "Please transfer the amount.")
    number = (await world.payment(payment_id)).account_number
    await expect(page.locator("code")).to_have_text(number or "")

    await world.simulator.deposit(payment_id)
    await world.attend(payment_id)
    await page.clock.run_for(3_000)

    await says(page, "Paid. Thank you!")


async def test_a_payment_the_bank_is_still_at_is_followed(world: World, desk: Page) -> None:
    payment_id = await world.open()
    await world.simulator.switch(payments="STAY_PENDING")
    await desk.clock.install()
    await desk.goto(address(world, payment_id))
    await pay(desk, "Pay")
    await says(desk, "Your payment is being checked.")

    await world.simulator.deposit(payment_id)
    await world.attend(payment_id)
    await desk.clock.run_for(3_000)

    await says(desk, "Paid. Thank you!")


async def test_when_the_time_is_up_the_page_says_so_by_itself(
    world: World, desk: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment_id = await world.open()
    await desk.clock.install()
    await desk.goto(address(world, payment_id))
    await says(desk, "Held for you until")

    turn_clock(monkeypatch, timedelta(minutes=10))
    await desk.clock.run_for(10 * 60_000 + 1_000)

    await says(desk, "This can no longer be paid.")
    await expect(desk.get_by_role("button", name="Pay")).to_have_count(0)


async def test_what_is_paid_in_one_tab_can_not_be_paid_in_another(
    world: World, desk: Page, open_page: OpenPage
) -> None:
    payment_id = await world.open()
    async with open_page(**PHONE) as phone:
        await phone.goto(address(world, payment_id))
        await desk.goto(address(world, payment_id))
        await pay(phone, "Pay")
        await says(phone, "Paid. Thank you!")

    await desk.get_by_role("button", name="Pay").click()

    await says(desk, "Paid. Thank you!")
    assert (await world.simulator.entry(payment_id))["paid"] == 130_000
    await desk.goto(address(world, payment_id))
    await says(desk, "Paid. Thank you!")
    assert await world.said() == ["opened", "paid"]


async def test_a_provider_that_is_away_is_asked_until_it_answers(
    world: World, desk: Page, complaints: list[str]
) -> None:
    payment_id = await world.open()
    await desk.clock.install()
    await desk.goto(address(world, payment_id))
    await world.simulator.switch(errors_before=1)
    await pay(desk, "Pay")
    await says(desk, "This takes longer than usual.")

    await desk.clock.run_for(5_000)

    await says(desk, "Paid. Thank you!")
    assert "503" in complaints.pop()
    assert (await world.payment(payment_id)).status is PaymentStatus.PAID


async def test_a_script_that_does_not_come_leaves_a_page_that_says_so(
    world: World, desk: Page, complaints: list[str]
) -> None:
    payment_id = await world.open()
    await desk.route("**/browser-sdk.js", lambda route: route.abort())
    await desk.goto(address(world, payment_id))

    await desk.get_by_role("button", name="Pay").click()

    await says(desk, "The payment window could not be opened. Please try again.")
    await expect(desk.get_by_role("button", name="Pay")).to_be_enabled()
    assert "ERR_FAILED" in complaints.pop()


async def test_what_a_script_reports_as_an_error_is_looked_into(world: World, desk: Page) -> None:
    payment_id = await world.open()
    refuse = 'window.PortOne = { requestPayment: async () => { throw new Error("FAILURE_TYPE_PG"); } }'
    await desk.route("**/browser-sdk.js", lambda route: route.fulfill(body=refuse, content_type="text/javascript"))
    await desk.goto(address(world, payment_id))

    await desk.get_by_role("button", name="Pay").click()
    await says(desk, "Nothing was paid. You can try again.")
    await world.simulator.click(payment_id, "pay")  # and the script has not noticed
    await desk.get_by_role("button", name="Pay").click()

    await says(desk, "Paid. Thank you!")


async def test_all_of_it_fits_on_a_phone_and_can_be_hit_with_a_thumb(world: World, open_page: OpenPage) -> None:
    payment_id = await world.open(order_name="A very long name of a place by the sea, 2 nights " * 2)
    async with open_page(viewport={"width": 320, "height": 568}, is_mobile=True, has_touch=True) as phone:
        await phone.goto(address(world, payment_id))
        await _fits(phone)
        await phone.get_by_role("button", name="Pay").tap()
        await expect(phone.get_by_text("PortOne simulator")).to_be_visible()
        await _fits(phone)


async def _fits(page: Page) -> None:
    wide: Any = await page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 320
    for button in await page.locator("button, label").all():
        box = await button.bounding_box()
        assert box is not None
        assert box["height"] >= 44
