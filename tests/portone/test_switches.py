"""Switches: by the header of one request, by the environment, by the page; each does what it says and no more."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from stack.portone.app import create_app
from stack.portone.running import running
from stack.portone.settings import Settings
from tests.portone.conftest import PAYMENT, Merchant, Simulator


async def until(simulator: Simulator, field: str, value: Any) -> None:
    async with asyncio.timeout(30):
        while (await simulator.get())[field] != value:
            await asyncio.sleep(0.01)


def simulate(**switches: Any) -> dict[str, str]:
    return {"simulate": json.dumps(switches)}


async def click(simulator: Simulator, outcome: str, **switches: Any) -> httpx.Response:
    simulator.client.headers.update(simulate(**switches))
    answer = await simulator.click(outcome)
    del simulator.client.headers["simulate"]
    return answer


async def test_a_header_switches_for_its_request_and_what_follows_from_it_alone(
    simulator: Simulator, merchant: Merchant
) -> None:
    await click(simulator, "pay", webhooks_lost=True)
    headers = simulator.authorization | simulate(errors_before=1)
    broken = await simulator.client.get(f"/payments/{PAYMENT}", headers=headers)
    assert broken.status_code == 503
    again = await simulator.client.get(f"/payments/{PAYMENT}", headers=simulator.authorization)
    assert again.status_code == 200

    await simulator.cancel()

    assert merchant.next_types(1) == ["Transaction.Cancelled"]  # those of paying never came
    assert (await simulator.client.get("/control/switches")).json()["webhooks_lost"] is False


async def test_a_header_counts_for_itself_and_uses_nothing_up(simulator: Simulator) -> None:
    await simulator.click("pay")
    await simulator.switch(errors_before=1)
    headers = simulator.authorization | simulate(errors_before=1)
    assert (await simulator.client.get(f"/payments/{PAYMENT}", headers=headers)).status_code == 503
    left = (await simulator.client.get("/control/switches")).json()
    assert left["errors_before"] == 1


@pytest.mark.parametrize("header", ["{", "[]", '{"unheard_of": 1}', '{"latency": -1}', '{"refused_as": "NO_TYPE"}'])
async def test_a_header_that_says_nothing_sensible_is_refused(simulator: Simulator, header: str) -> None:
    await simulator.click("pay")
    answer = await simulator.client.post(
        f"/payments/{PAYMENT}/cancel", json={"reason": "r"}, headers=simulator.authorization | {"simulate": header}
    )
    assert (answer.status_code, answer.json()["type"]) == (400, "INVALID_REQUEST")
    assert (await simulator.get())["amount"]["cancelled"] == 0


@pytest.mark.parametrize(
    ("payments", "status"), [("SUCCEED", "PAID"), ("STAY_PENDING", "PAY_PENDING"), ("FAIL", "FAILED")]
)
async def test_what_becomes_of_a_payment_can_be_said_beforehand(
    simulator: Simulator, payments: str, status: str
) -> None:
    await click(simulator, "pay", payments=payments)
    assert (await simulator.get())["status"] == status


async def test_money_can_arrive_by_itself(simulator: Simulator) -> None:
    await click(simulator, "pending", deposit_after=0.05)
    await until(simulator, "status", "PAID")


@pytest.mark.parametrize(("settles", "outcome"), [(True, "SUCCEEDED"), (False, "FAILED")])
async def test_a_refund_can_end_by_itself_either_way(simulator: Simulator, *, settles: bool, outcome: str) -> None:
    await simulator.click("pay")
    await simulator.switch(refunds="STAY_REQUESTED", refund_settles_after=0.05, refund_settles=settles)
    assert (await simulator.cancel(amount=1_000)).json()["cancellation"]["status"] == "REQUESTED"

    async with asyncio.timeout(30):
        while (await simulator.get())["cancellations"][0]["status"] == "REQUESTED":
            await asyncio.sleep(0.01)

    assert (await simulator.get())["cancellations"][0]["status"] == outcome


async def test_sends_that_fail_are_made_up_for_by_the_next(simulator: Simulator, merchant: Merchant) -> None:
    await click(simulator, "close", webhook_failures=2)
    assert merchant.next_types(1) == ["Transaction.Ready"]
    assert merchant.received.empty()


async def test_copies_wait_as_long_as_the_first(simulator: Simulator, merchant: Merchant) -> None:
    await simulator.switch(webhook_copies=2, webhook_delay=0.2)
    started = asyncio.get_running_loop().time()
    await simulator.click("close")
    merchant.next_types(2)
    assert asyncio.get_running_loop().time() - started >= 0.2


async def test_what_is_cleared_is_not_heard_of_again(simulator: Simulator, merchant: Merchant) -> None:
    await simulator.switch(webhooks_reordered=True)
    await simulator.click("close")
    await simulator.client.post("/control/clear")

    await simulator.click("pay")

    assert sorted(merchant.next_types(2)) == ["Transaction.Paid", "Transaction.Ready"]
    assert merchant.received.empty()


async def test_the_environment_switches_too(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTONE_SIMULATOR_SWITCHES__PAYMENTS", "FAIL")
    with running(lambda _: create_app(Settings(webhook_url=settings.webhook_url))) as url:
        async with httpx.AsyncClient(base_url=url, timeout=30) as client:
            simulator = Simulator(settings, client)
            await simulator.click("pay")
            assert (await simulator.get())["status"] == "FAILED"


async def test_the_books_say_what_came_and_went_of_each_payment(simulator: Simulator) -> None:
    await simulator.click("pay")
    await simulator.cancel(amount=30_000)
    await simulator.switch(refunds="STAY_REQUESTED")
    open_one = (await simulator.cancel(amount=1_000)).json()["cancellation"]["id"]
    (entry,) = (await simulator.client.get("/control/payments")).json()
    assert entry | {"paid_at": None} == {
        "payment_id": PAYMENT,
        "status": "PARTIAL_CANCELLED",
        "total": 130_000,
        "currency": "KRW",
        "paid": 130_000,
        "cancelled": 30_000,
        "paid_at": None,
        "open_cancellations": [open_one],
    }


async def test_the_page_shows_every_switch_with_what_it_does(simulator: Simulator) -> None:
    await simulator.click("pending")
    page = (await simulator.client.get("/control")).text
    for name in (await simulator.client.get("/control/switches")).json():
        assert f'name="{name}"' in page
    assert f'data-post="/control/payments/{PAYMENT}/deposit"' in page
