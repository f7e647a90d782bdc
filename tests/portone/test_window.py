"""What a person can do in the payment window, and what the merchant then reads."""

from urllib.parse import parse_qs, urlsplit

from tests.portone.conftest import PAYMENT, RETURN_TO, Simulator


def query_of(location: str) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(urlsplit(location).query).items()}


async def test_paying_leads_back_to_the_shop_and_the_payment_is_paid(simulator: Simulator) -> None:
    answer = await simulator.click("pay")

    payment = await simulator.get()
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(RETURN_TO + "&")
    assert query_of(answer.headers["location"]) == {
        "from": "window",
        "paymentId": PAYMENT,
        "transactionType": "PAYMENT",
        "txId": payment["transactionId"],
    }
    assert payment["status"] == "PAID"
    assert payment["amount"] | {"total": 130000, "paid": 130000, "cancelled": 0} == payment["amount"]
    assert payment["currency"] == "KRW"
    assert payment["method"]["type"] == "PaymentMethodCard"


async def test_a_declined_card_leaves_the_payment_failed_and_another_attempt_can_succeed(simulator: Simulator) -> None:
    declined = await simulator.click("fail")
    failed = await simulator.get()
    await simulator.click("pay")
    paid = await simulator.get()

    assert query_of(declined.headers["location"])["code"] == "FAILURE_TYPE_PG"
    assert (failed["status"], failed["failure"]["reason"]) == ("FAILED", "The card was declined.")
    assert paid["status"] == "PAID"
    assert paid["transactionId"] != failed["transactionId"]


async def test_a_closed_window_leaves_the_payment_ready(simulator: Simulator) -> None:
    answer = await simulator.click("close")

    assert query_of(answer.headers["location"])["message"] == "The window was closed."
    assert (await simulator.get())["status"] == "READY"


async def test_a_paid_payment_cannot_be_paid_again(simulator: Simulator) -> None:
    await simulator.click("pay")
    before = await simulator.get()

    answer = await simulator.click("pay")

    assert query_of(answer.headers["location"])["code"] == "ALREADY_PAID"
    assert await simulator.get() == before


async def test_an_account_number_waits_for_its_deposit(simulator: Simulator) -> None:
    await simulator.click("pay", payMethod="VIRTUAL_ACCOUNT", accountHours="24")
    issued = await simulator.get()
    await simulator.client.post(f"/control/payments/{PAYMENT}/deposit")
    paid = await simulator.get()

    assert issued["status"] == "VIRTUAL_ACCOUNT_ISSUED"
    assert issued["amount"]["paid"] == 0
    assert issued["method"]["accountNumber"]
    assert paid["status"] == "PAID"


async def test_a_closed_account_number_takes_no_deposit(simulator: Simulator) -> None:
    await simulator.click("pay", payMethod="VIRTUAL_ACCOUNT")
    first = await simulator.close_account()
    second = await simulator.close_account()
    deposit = await simulator.client.post(f"/control/payments/{PAYMENT}/deposit")

    assert first.status_code == 200
    assert (second.status_code, second.json()["type"]) == (409, "PAYMENT_NOT_WAITING_FOR_DEPOSIT")
    assert deposit.status_code == 409
    payment = await simulator.get()
    assert (payment["status"], payment["amount"]["paid"]) == ("CANCELLED", 0)


async def test_a_pending_payment_is_paid_when_the_money_comes(simulator: Simulator) -> None:
    await simulator.click("pending")
    assert (await simulator.get())["status"] == "PAY_PENDING"

    await simulator.client.post(f"/control/payments/{PAYMENT}/deposit")

    assert (await simulator.get())["status"] == "PAID"


async def test_the_window_shows_the_order_with_what_a_stranger_wrote_made_harmless(simulator: Simulator) -> None:
    query = {
        "paymentId": PAYMENT,
        "storeId": simulator.settings.store_id,
        "channelKey": simulator.settings.channel_key,
        "orderName": "<script>alert(1)</script>",
        "totalAmount": "130000",
        "currency": "KRW",
        "redirectUrl": RETURN_TO,
    }
    shown = await simulator.client.get("/window", params=query)
    assert shown.status_code == 200
    assert "130,000 KRW" in shown.text
    assert "<script>alert" not in shown.text

    foreign = await simulator.client.get("/window", params=query | {"redirectUrl": "javascript:alert(1)"})
    assert foreign.status_code == 400


async def test_an_unknown_store_opens_no_window(simulator: Simulator) -> None:
    answer = await simulator.click("pay", storeId="another-store")

    assert answer.status_code == 400
    missing = await simulator.client.get(f"/payments/{PAYMENT}", headers=simulator.authorization)
    assert (missing.status_code, missing.json()["type"]) == (404, "PAYMENT_NOT_FOUND")
