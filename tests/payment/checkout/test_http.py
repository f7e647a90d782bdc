"""The checkout page: what it shows at each turn, and what it never does."""

import asyncio
import json
import re
from datetime import datetime, timedelta

import pytest

from chassis import clock
from chassis.ids import uuid7
from subgraphs.payment.ledger.rules import due_into_account
from subgraphs.payment.settings import Settings
from tests.payment.rows import NOW, payment
from tests.payment.world import World, turn_clock


async def page(world: World, payment_id: object) -> str:
    answer = await world.http.get(f"/checkout/{payment_id}")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    return answer.text


def shown(text: str) -> str:
    found = re.search(r'data-state="(\w+)"', text)
    assert found
    return found[1]


async def state(world: World, payment_id: object) -> str:
    return str((await world.http.get(f"/checkout/{payment_id}/state")).json()["state"])


async def test_what_is_to_be_paid_is_shown_with_what_the_browser_needs(world: World) -> None:
    payment_id = await world.open()
    text = await page(world, payment_id)

    assert shown(text) == "payable"
    assert "130,000 KRW" in text
    order = re.search(r'<script type="application/json" id="order">(.*?)</script>', text)
    assert order
    settings = world.simulator.settings
    assert json.loads(order[1]) == {
        "storeId": settings.store_id,
        "channelKey": settings.channel_key,
        "paymentId": str(payment_id),
        "orderName": "Seaside, 2 nights",
        "totalAmount": 130000,
        "currency": "CURRENCY_KRW",
        "redirectUrl": f"{world.service.settings.public_url}/checkout/{payment_id}",
    }
    assert f'src="{settings.url}/v2/browser-sdk.js"' in text
    assert settings.api_secret.get_secret_value() not in text


async def test_the_page_follows_the_payment_from_attempt_to_attempt(world: World) -> None:
    payment_id = await world.open()
    await world.simulator.click(payment_id, "fail")
    confirmed = await world.http.post(f"/checkout/{payment_id}/confirm")
    assert confirmed.json() == {"state": "failed"}
    text = await page(world, payment_id)
    assert "The card was declined." in text
    assert 'id="pay"' in text

    await world.simulator.click(payment_id, "pay")
    assert (await world.http.post(f"/checkout/{payment_id}/confirm")).json() == {"state": "paid"}
    text = await page(world, payment_id)
    assert 'id="pay"' not in text
    assert "browser-sdk.js" not in text
    assert f"/receipts/{payment_id}" in text


async def test_an_account_number_is_shown_until_its_deposit(world: World) -> None:
    payment_id = await world.open()
    await world.simulator.click(payment_id, "pay", payMethod="VIRTUAL_ACCOUNT")
    await world.attend(payment_id)
    number = (await world.payment(payment_id)).account_number
    assert number
    assert number in await page(world, payment_id)

    await world.simulator.deposit(payment_id)
    await world.attend(payment_id)

    assert number not in await page(world, payment_id)
    assert await state(world, payment_id) == "paid"


async def test_a_closed_payment_can_not_be_paid_from_the_page(world: World) -> None:
    payment_id = await world.open()
    await world.ask_to_close()
    await world.attend_due()

    assert shown(await page(world, payment_id)) == "over"


async def test_after_the_due_time_the_page_opens_no_window(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    payment_id = await world.open()
    turn_clock(monkeypatch, timedelta(minutes=10))

    text = await page(world, payment_id)

    assert shown(text) == "over"
    assert 'id="pay"' not in text


async def test_money_that_goes_back_is_not_shown_as_kept(world: World) -> None:
    payment_id = await world.open()
    await world.simulator.click(payment_id, "pay", amount=1)
    await world.simulator.switch(refunds="STAY_REQUESTED")
    await world.attend(payment_id)

    assert "given back to you in full" in await page(world, payment_id)


async def test_what_a_host_wrote_can_not_become_markup_or_script(world: World) -> None:
    name = '</script><script>alert(1)</script>"&'
    payment_id = await world.open(order_name=name)

    text = await page(world, payment_id)

    assert "<script>alert" not in text
    order = re.search(r'<script type="application/json" id="order">(.*?)</script>', text)
    assert order
    assert json.loads(order[1])["orderName"] == name


async def test_only_scripts_with_the_nonce_of_this_answer_run(world: World) -> None:
    payment_id = await world.open()
    first = await world.http.get(f"/checkout/{payment_id}")
    second = await world.http.get(f"/checkout/{payment_id}")

    nonces = [re.search(r"'nonce-([\w-]+)'", each.headers["content-security-policy"]) for each in (first, second)]
    assert nonces[0]
    assert nonces[1]
    assert nonces[0][1] != nonces[1][1]
    assert first.text.count(f'nonce="{nonces[0][1]}"') == 2


async def test_the_provider_is_asked_about_a_payment_only_so_often(world: World) -> None:
    payment_id, other = await world.open(), uuid7()
    most = world.service.resources[Settings].confirms_per_minute
    path = f"/checkout/{payment_id}/confirm"
    answers = await asyncio.gather(*(world.http.post(path) for _ in range(most + 5)))
    refused = [each for each in answers if each.status_code == 429]
    assert len(refused) == 5
    assert {each.json()["error"]["extensions"]["code"] for each in refused} == {"RATE_LIMITED"}
    assert all(1 <= int(each.headers["retry-after"]) <= 60 for each in refused)
    assert (await world.confirm(payment_id)).codes == ["RATE_LIMITED"]
    assert (await world.payment(payment_id)).reads_begun == most

    assert (await world.http.post(f"/checkout/{other}/confirm")).status_code == 404  # another has its own
    await world.simulator.click(payment_id, "pay")
    await world.attend(payment_id)
    assert (await world.http.post(path)).json() == {"state": "paid"}


async def test_an_account_number_is_asked_for_and_shown_as_long_as_its_booking_waits(world: World) -> None:
    latest = clock.now().replace(microsecond=0) + timedelta(hours=2, minutes=10)
    payment_id = await world.open(account_due_by=latest)
    known = re.search(r'<script type="application/json" id="page">(.*?)</script>', await page(world, payment_id))
    assert known
    assert json.loads(known[1])["hours"] == 3

    await world.simulator.click(payment_id, "pay", payMethod="VIRTUAL_ACCOUNT", accountHours=3)
    await world.attend(payment_id)

    assert f'<time datetime="{latest.isoformat()}">' in await page(world, payment_id)
    (issued,) = await world.service.published("payment.payment.account-issued")
    seen = "query($id: ID!) { payment(id: $id) { virtualAccount { dueAt } checkout { expiresAt } } }"
    shown = (await world.service.graphql(seen, {"id": str(payment_id)}, user=world.payer_id)).data["payment"]
    said = (issued.payload["due_at"], shown["virtualAccount"]["dueAt"], shown["checkout"]["expiresAt"])
    assert [datetime.fromisoformat(each) for each in said] == [latest] * 3


@pytest.mark.parametrize(
    ("theirs", "ours", "earlier"), [(3, 2, 2), (2, 3, 2), (None, 2, 2), (2, None, 2), (None, None, 0)]
)
def test_the_earlier_end_of_an_account_number_is_shown(theirs: int | None, ours: int | None, earlier: int) -> None:
    ends = {"account_due_at": theirs, "account_due_by": ours}
    known = {name: None if hours is None else NOW + timedelta(hours=hours) for name, hours in ends.items()}
    assert due_into_account(payment(**known)) == NOW + timedelta(hours=earlier)


@pytest.mark.parametrize("path", ["/checkout/{0}", "/checkout/{0}/state"])
async def test_a_payment_that_is_not_there_is_not_found(world: World, path: str) -> None:
    assert (await world.http.get(path.format(uuid7()))).status_code == 404
    assert (await world.http.post(f"/checkout/{uuid7()}/confirm")).status_code == 404
    assert (await world.http.get("/checkout/..%2Fadmin")).status_code in (400, 404)
