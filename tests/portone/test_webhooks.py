"""Webhooks: signed, told for every state, repeated until taken; lost, doubled and reordered when switched on."""

import queue
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from stack.portone.webhooks import signatures
from tests.portone.conftest import PAYMENT, Merchant, Simulator


async def test_every_state_is_told(simulator: Simulator, merchant: Merchant) -> None:
    # What one click says is on its way at the same time.
    await simulator.click("fail")
    assert sorted(merchant.next_types(2)) == ["Transaction.Failed", "Transaction.Ready"]

    await simulator.click("pay")
    assert sorted(merchant.next_types(2)) == ["Transaction.Paid", "Transaction.Ready"]

    await simulator.cancel(amount=1000)
    _, body = merchant.next()
    payment = await simulator.get()
    assert body["type"] == "Transaction.PartialCancelled"
    assert body["data"] == {
        "storeId": simulator.settings.store_id,
        "paymentId": PAYMENT,
        "transactionId": payment["transactionId"],
        "cancellationId": payment["cancellations"][0]["id"],
    }


async def test_a_webhook_that_is_not_taken_comes_again_with_the_same_id(
    simulator: Simulator, merchant: Merchant
) -> None:
    merchant.answers = [500, 503, 200]

    await simulator.click("close")

    assert len({merchant.next()[0] for _ in range(3)}) == 1
    with pytest.raises(queue.Empty):
        merchant.received.get(timeout=0.1)


async def test_switched_on_copies_have_the_same_id(simulator: Simulator, merchant: Merchant) -> None:
    await simulator.switch(webhook_copies=3)

    await simulator.click("close")

    assert len({merchant.next()[0] for _ in range(3)}) == 1


async def test_lost_webhooks_never_come(simulator: Simulator, merchant: Merchant) -> None:
    await simulator.switch(webhooks_lost=True)
    await simulator.click("pay")
    await simulator.switch(webhooks_lost=False)

    await simulator.cancel()

    assert merchant.next_types(1) == ["Transaction.Cancelled"]


async def test_reordered_webhooks_come_after_their_successor(simulator: Simulator, merchant: Merchant) -> None:
    await simulator.switch(webhooks_reordered=True)

    await simulator.click("pay")

    assert merchant.next_types(2) == ["Transaction.Paid", "Transaction.Ready"]


def test_while_secrets_change_each_of_them_verifies_the_same_webhook() -> None:
    secrets = ["whsec_b2xkLXNlY3JldC1vZi13ZWJob29rcw==", "whsec_bmV3LXNlY3JldC1vZi13ZWJob29rcw=="]
    now = datetime.now(UTC)
    headers = {
        "webhook-id": "webhook-1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signatures(secrets, "webhook-1", now, '{"type": "x"}'),
    }

    for each in secrets:
        assert Webhook(each).verify('{"type": "x"}', headers) == {"type": "x"}
