"""The REST endpoints: authorization, cancellations, idempotency keys, and failures that are switched on."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from stack.portone.app import create_app
from stack.portone.running import running
from stack.portone.settings import Settings
from tests.portone.conftest import PAYMENT, Simulator

KEY = "0190f5a0-1111-7000-8000-00000000000a"


def said(answer: httpx.Response) -> tuple[int, Any]:
    return answer.status_code, answer.json().get("type")


async def test_only_the_right_secret_is_answered(simulator: Simulator) -> None:
    await simulator.click("pay")
    for authorization in ("", "PortOne wrong", "Bearer simulator-api-secret"):
        answer = await simulator.client.get(f"/payments/{PAYMENT}", headers={"authorization": authorization})
        assert said(answer) == (401, "UNAUTHORIZED")


async def test_a_part_then_the_rest_is_cancelled(simulator: Simulator) -> None:
    await simulator.click("pay")

    part = await simulator.cancel(amount=30000, currentCancellableAmount=130000)
    after_part = await simulator.get()
    rest = await simulator.cancel()
    after_rest = await simulator.get()

    assert part.json()["cancellation"]["status"] == "SUCCEEDED"
    assert part.json()["cancellation"]["totalAmount"] == 30000
    assert (after_part["status"], after_part["amount"]["cancelled"]) == ("PARTIAL_CANCELLED", 30000)
    assert rest.json()["cancellation"]["totalAmount"] == 100000
    assert (after_rest["status"], after_rest["amount"]["cancelled"]) == ("CANCELLED", 130000)
    assert [each["totalAmount"] for each in after_rest["cancellations"]] == [30000, 100000]


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ({"amount": 130001}, (409, "CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT")),
        ({"amount": 1000, "currentCancellableAmount": 129999}, (409, "CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN")),
        ({"amount": 0}, (400, "INVALID_REQUEST")),
        ({"reason": ""}, (400, "INVALID_REQUEST")),
        ({"storeId": "another-store"}, (403, "FORBIDDEN")),
    ],
)
async def test_a_cancellation_that_cannot_be_is_refused(
    simulator: Simulator, body: dict[str, Any], refused: tuple[int, str]
) -> None:
    await simulator.click("pay")
    before = await simulator.get()

    answer = await simulator.cancel(**body)

    assert said(answer) == refused
    assert await simulator.get() == before


async def test_another_stores_payment_is_not_shown_nor_touched(simulator: Simulator) -> None:
    await simulator.click("pay", payMethod="VIRTUAL_ACCOUNT")
    path, headers = f"/payments/{PAYMENT}", simulator.authorization

    read = await simulator.client.get(path, params={"storeId": "another-store"}, headers=headers)
    closed = await simulator.client.post(
        f"{path}/virtual-account/close", json={"storeId": "another-store"}, headers=headers
    )

    assert said(read) == said(closed) == (403, "FORBIDDEN")
    assert (await simulator.get())["status"] == "VIRTUAL_ACCOUNT_ISSUED"


async def test_what_is_unpaid_or_wholly_cancelled_cannot_be_cancelled(simulator: Simulator) -> None:
    await simulator.click("close")
    assert said(await simulator.cancel()) == (409, "PAYMENT_NOT_PAID")

    await simulator.click("pay")
    await simulator.cancel()
    assert said(await simulator.cancel()) == (409, "PAYMENT_ALREADY_CANCELLED")


async def test_the_same_key_is_answered_the_same_and_done_once(simulator: Simulator) -> None:
    await simulator.click("pay")

    first = await simulator.cancel(KEY, amount=1000)
    again = await simulator.cancel(KEY, amount=1000)
    other = await simulator.cancel(KEY, amount=2000)

    assert again.json() == first.json()
    assert said(other) == (400, "INVALID_REQUEST")
    assert (await simulator.get())["amount"]["cancelled"] == 1000


async def test_a_key_under_way_is_told_so_and_the_money_goes_back_once(simulator: Simulator) -> None:
    await simulator.click("pay")
    await simulator.switch(latency=60)
    asking = asyncio.as_completed([simulator.cancel(KEY, amount=1000) for _ in range(5)])

    assert [said(await next(asking)) for _ in range(4)] == [(409, "IDEMPOTENCY_OUTSTANDING_REQUEST")] * 4
    await simulator.switch(latency=0)
    assert (await next(asking)).status_code == 200
    assert (await simulator.get())["amount"]["cancelled"] == 1000


@pytest.mark.parametrize("key", ["short", "x" * 257, "0190f5a0 1111 7000 8000 00000000"])
async def test_a_key_of_the_wrong_form_is_refused(simulator: Simulator, key: str) -> None:
    await simulator.click("pay")

    assert said(await simulator.cancel(key)) == (400, "INVALID_REQUEST")
    assert (await simulator.get())["amount"]["cancelled"] == 0


async def test_an_error_before_does_nothing_and_an_error_after_has_done_it(simulator: Simulator) -> None:
    await simulator.click("pay")

    await simulator.switch(errors_before=1)
    assert (await simulator.cancel(KEY, amount=1000)).status_code == 503
    assert (await simulator.get())["amount"]["cancelled"] == 0

    await simulator.switch(errors_after=1)
    assert (await simulator.cancel(KEY, amount=1000)).status_code == 500
    assert (await simulator.get())["amount"]["cancelled"] == 1000

    assert (await simulator.cancel(KEY, amount=1000)).status_code == 200
    assert (await simulator.get())["amount"]["cancelled"] == 1000


async def test_a_refund_may_stay_requested_and_then_settle_or_fail(simulator: Simulator) -> None:
    await simulator.click("pay")
    await simulator.switch(refunds="STAY_REQUESTED")
    first = (await simulator.cancel(amount=1000)).json()["cancellation"]
    second = (await simulator.cancel(amount=2000)).json()["cancellation"]
    assert (first["status"], second["status"]) == ("REQUESTED", "REQUESTED")
    assert (await simulator.get())["amount"]["cancelled"] == 0

    path = f"/control/payments/{PAYMENT}/cancellations"
    await simulator.client.post(f"{path}/{first['id']}/succeed")
    await simulator.client.post(f"{path}/{second['id']}/fail")

    payment = await simulator.get()
    assert [each["status"] for each in payment["cancellations"]] == ["SUCCEEDED", "FAILED"]
    assert (payment["status"], payment["amount"]["cancelled"]) == ("PARTIAL_CANCELLED", 1000)


async def test_an_unknown_switch_is_refused_and_none_is_changed(simulator: Simulator) -> None:
    before = (await simulator.client.get("/control/switches")).json()

    answer = await simulator.client.patch("/control/switches", json={"latency": 1, "unheard_of": True})

    assert answer.status_code == 400
    assert (await simulator.client.get("/control/switches")).json() == before


async def test_payments_keys_and_switches_outlive_a_restart(settings: Settings, tmp_path: Path) -> None:
    kept = settings.model_copy(update={"file": str(tmp_path / "portone.sqlite")})
    with running(lambda _: create_app(kept)) as url:
        async with httpx.AsyncClient(base_url=url, timeout=30) as client:
            first = Simulator(kept, client)
            await first.click("pay")
            cancelled = await first.cancel(KEY, amount=1000)
            await first.switch(latency=0.001)
    with running(lambda _: create_app(kept)) as url:
        async with httpx.AsyncClient(base_url=url, timeout=30) as client:
            second = Simulator(kept, client)
            again = await second.cancel(KEY, amount=1000)
            assert again.json() == cancelled.json()
            assert (await second.get())["amount"]["cancelled"] == 1000
            assert (await client.get("/control/switches")).json()["latency"] == 0.001
