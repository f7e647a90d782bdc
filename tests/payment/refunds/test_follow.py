"""Refunds are followed to their end, those made in the provider's own console too."""

from datetime import timedelta

import pytest

from subgraphs.payment.refunds.tables import RefundCause, RefundStatus
from tests.payment.world import World, turn_clock


@pytest.mark.parametrize(("outcome", "told", "back"), [("succeed", "refunded", 30_000), ("fail", "refund-failed", 0)])
async def test_a_refund_that_stays_requested_is_followed_to_its_end(
    world: World, monkeypatch: pytest.MonkeyPatch, outcome: str, told: str, back: int
) -> None:
    payment_id = await world.paid()
    await world.simulator.switch(refunds="STAY_REQUESTED", webhooks_lost=True)
    await world.ask_to_refund(30_000)
    await world.attend_due()
    (refund,) = await world.refunds(payment_id)
    assert refund.status is RefundStatus.REQUESTED
    assert refund.cancellation_id is not None
    await world.simulator.settle(payment_id, outcome)

    turn_clock(monkeypatch, timedelta(minutes=2, seconds=1))
    await world.attend_due()

    assert (await world.said())[-1] == told
    assert (await world.simulator.entry(payment_id))["cancelled"] == back


async def test_a_refund_made_in_the_providers_console_is_taken_down_once(world: World) -> None:
    payment_id = await world.paid()
    await world.simulator.give_back_in_the_console(payment_id, 30_000)
    await world.attend(payment_id)
    await world.attend(payment_id)

    (refund,) = await world.refunds(payment_id)
    assert (refund.cause, refund.status, refund.amount) == (RefundCause.AT_PROVIDER, RefundStatus.SUCCEEDED, 30_000)

    await world.ask_to_refund(30_000)  # the same amount again is another refund
    await world.attend_due()
    assert (await world.payment(payment_id)).refunded == 60_000
    assert (await world.simulator.entry(payment_id))["cancelled"] == 60_000
