"""The simulator is held to what PortOne publishes: its words, and its answers as the official SDK reads them."""

import json
from datetime import UTC, datetime
from typing import Any

from portone_server_sdk import webhook
from portone_server_sdk._generated.payment.cancel_payment_error import CancelPaymentError
from portone_server_sdk._generated.payment.cancel_payment_error import (
    _deserialize_cancel_payment_error as read_refusal,
)
from portone_server_sdk._generated.payment.cancel_payment_response import (
    _deserialize_cancel_payment_response as read_cancellation,
)
from portone_server_sdk._generated.payment.close_virtual_account_error import CloseVirtualAccountError
from portone_server_sdk._generated.payment.close_virtual_account_error import (
    _deserialize_close_virtual_account_error as read_refusal_to_close,
)
from portone_server_sdk._generated.payment.get_payment_error import GetPaymentError
from portone_server_sdk._generated.payment.payment import _deserialize_payment as read_payment
from portone_server_sdk.payment import (
    CancelledPayment,
    FailedPayment,
    FailedPaymentCancellation,
    PaidPayment,
    PartialCancelledPayment,
    Payment,
    PaymentCancellation,
    PayPendingPayment,
    ReadyPayment,
    RequestedPaymentCancellation,
    SucceededPaymentCancellation,
    VirtualAccountIssuedPayment,
)

from stack.portone.payments import CancellationStatus, Status
from stack.portone.refusals import HTTP_STATUS
from stack.portone.webhooks import signatures
from tests.portone.conftest import PAYMENT, Merchant, Simulator
from tests.portone.sdk import words

KINDS: dict[str, type] = {
    "READY": ReadyPayment,
    "PAY_PENDING": PayPendingPayment,
    "VIRTUAL_ACCOUNT_ISSUED": VirtualAccountIssuedPayment,
    "PAID": PaidPayment,
    "FAILED": FailedPayment,
    "PARTIAL_CANCELLED": PartialCancelledPayment,
    "CANCELLED": CancelledPayment,
}
ACCOUNT = {"bank": "SHINHAN", "number": "110123456789", "holderName": "Kim"}


def test_the_words_are_portones() -> None:
    refusals = words(CancelPaymentError, "type") | words(CloseVirtualAccountError, "type")
    refusals |= words(GetPaymentError, "type")
    # What a window refuses, and what the documentation of idempotency keys writes of.
    besides = {"ALREADY_PAID", "IDEMPOTENCY_OUTSTANDING_REQUEST"}
    assert {each.value for each in Status} == words(Payment, "status") == KINDS.keys()
    assert {each.value for each in CancellationStatus} == words(PaymentCancellation, "status")
    assert set(HTTP_STATUS) == refusals | besides


async def bring_to(simulator: Simulator, status: str) -> None:
    outcome = {"READY": "close", "FAILED": "fail", "PAY_PENDING": "pending"}.get(status, "pay")
    account = {"payMethod": "VIRTUAL_ACCOUNT"} if status == "VIRTUAL_ACCOUNT_ISSUED" else {}
    await simulator.click(outcome, **account)
    if status == "PARTIAL_CANCELLED":
        await simulator.cancel(amount=1)
    if status == "CANCELLED":
        await simulator.cancel()


async def test_every_state_is_read_by_the_official_sdk_as_its_type(simulator: Simulator) -> None:
    for status, kind in KINDS.items():
        await simulator.client.post("/control/clear")
        await bring_to(simulator, status)

        payment: Any = read_payment(await simulator.get())

        assert type(payment) is kind
        assert (payment.id, payment.amount.total, payment.currency) == (PAYMENT, 130_000, "KRW")
        assert payment.store_id == simulator.settings.store_id


async def test_every_method_is_read_by_the_official_sdk_as_its_type(simulator: Simulator) -> None:
    for method in ("CARD", "EASY_PAY", "TRANSFER", "MOBILE", "VIRTUAL_ACCOUNT"):
        await simulator.client.post("/control/clear")
        await simulator.click("pay", payMethod=method)

        payment: Any = read_payment(await simulator.get())

        assert type(payment.method).__name__.lower() == f"PaymentMethod{method}".replace("_", "").lower()


async def test_a_cancellation_is_read_by_the_official_sdk_as_its_type(simulator: Simulator) -> None:
    await simulator.click("pay")
    kinds = {
        "SUCCEED": SucceededPaymentCancellation,
        "STAY_REQUESTED": RequestedPaymentCancellation,
        "FAIL": FailedPaymentCancellation,
    }
    for refunds, kind in kinds.items():
        await simulator.switch(refunds=refunds)

        answer: Any = read_cancellation((await simulator.cancel(amount=1_000)).json())

        assert type(answer.cancellation) is kind
        assert answer.cancellation.total_amount == 1_000


async def test_every_refusal_is_read_by_the_official_sdk_as_its_error(simulator: Simulator) -> None:
    await simulator.click("pay")
    for kind in sorted(words(CancelPaymentError, "type")):
        await simulator.switch(refusals=1, refused_as=kind)

        answer = await simulator.cancel()

        assert answer.status_code == HTTP_STATUS[kind]
        read: Any = read_refusal(answer.json())
        assert type(read).__name__ == "".join(word.capitalize() for word in kind.split("_")) + "Error"
    assert (await simulator.get())["amount"]["cancelled"] == 0
    closed: Any = read_refusal_to_close((await simulator.close_account()).json())
    assert type(closed).__name__ == "PaymentNotWaitingForDepositError"


async def test_money_of_an_account_number_goes_back_only_to_an_account(simulator: Simulator) -> None:
    await simulator.click("pay", payMethod="VIRTUAL_ACCOUNT")
    await simulator.client.post(f"/control/payments/{PAYMENT}/deposit")

    refused = await simulator.cancel()
    assert (refused.status_code, refused.json()["type"]) == (400, "INVALID_REQUEST")
    assert (await simulator.get())["amount"]["cancelled"] == 0

    await simulator.cancel(refundAccount=ACCOUNT)
    assert (await simulator.get())["amount"]["cancelled"] == 130_000


async def test_every_webhook_is_read_by_the_official_sdk_as_its_type(simulator: Simulator, merchant: Merchant) -> None:
    await simulator.click("fail")
    await simulator.click("pay")
    await simulator.cancel(amount=1_000)
    await simulator.switch(refunds="STAY_REQUESTED")
    await simulator.cancel(amount=1_000)
    secret, now = simulator.settings.webhook_secret_list[0], datetime.now(UTC)
    kinds = set()
    for _ in range(6):
        webhook_id, body = merchant.next()
        signature = signatures([secret], webhook_id, now, json.dumps(body))
        headers = {
            "webhook-id": webhook_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signature,
        }
        kinds.add(type(webhook.verify(secret, json.dumps(body), headers)).__name__)
    assert kinds == {
        "WebhookTransactionReady",
        "WebhookTransactionFailed",
        "WebhookTransactionPaid",
        "WebhookTransactionCancelledPartialCancelled",
        "WebhookTransactionCancelledCancelPending",
    }
