"""What must not be told is in no log, no address and no answer, whatever happens to a payment."""

import logging

import pytest

from subgraphs.payment.jobs import reconcile
from tests.payment.world import World

NUMBER = "110-987-654321"
PROVIDE = "mutation($in: ProvideRefundAccountInput!) { provideRefundAccount(input: $in) { status } }"


async def test_secrets_and_accounts_are_in_no_log_and_no_address(
    world: World, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    payment_id = await world.open()
    await world.simulator.click(payment_id, "pay", payMethod="VIRTUAL_ACCOUNT")
    await world.simulator.deposit(payment_id)
    await world.deliver(world.postbox.next("Transaction.Paid"))
    await world.simulator.switch(errors_before=1)
    await reconcile(world.service.database, world.service.cache, world.provider, payment_id)  # and it fails
    await world.attend(payment_id)
    refund_id = await world.ask_to_refund(1_000)
    account = {"refundId": str(refund_id), "bank": "SHINHAN", "number": NUMBER, "holder": "Kim"}
    await world.service.graphql(PROVIDE, {"in": account}, user=world.payer_id)
    await world.simulator.switch(refusals=1)
    await world.attend_due()
    page = await world.http.get(f"/checkout/{payment_id}")
    await world.confirm(payment_id)

    logged = caplog.text + "".join(capsys.readouterr())
    assert "provider_failed" in logged
    assert f"/payments/{payment_id}/cancel" in logged
    settings = world.simulator.settings
    secrets = [settings.api_secret, settings.webhook_secrets]
    for hidden in (*(each.get_secret_value() for each in secrets), NUMBER):
        assert hidden not in logged
        assert hidden not in page.text
