"""Refunds are followed to their end, those made in the provider's own console too."""

from datetime import timedelta

import pytest
from prometheus_client import REGISTRY

from subgraphs.payment.ledger.tables import PaymentStatus
from subgraphs.payment.refunds.tables import RefundCause, RefundStatus
from tests.payment.back_office import SETTLE, ask
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


async def test_one_in_the_console_that_is_under_way_is_followed_to_its_end(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment_id = await world.paid()
    await world.simulator.switch(refunds="STAY_REQUESTED", webhooks_lost=True)
    await world.simulator.give_back_in_the_console(payment_id, 30_000)
    await world.attend(payment_id)
    assert await world.refunds(payment_id) == []  # it may come to nothing
    refund_id = await world.ask_to_refund(30_000)  # which is what the console is at
    await world.attend_due()
    (refund,) = await world.refunds(payment_id)
    assert (refund.id, refund.status, refund.key, refund.attempts) == (refund_id, RefundStatus.REQUESTED, None, 0)
    await world.simulator.settle(payment_id, "succeed")

    turn_clock(monkeypatch, timedelta(minutes=2, seconds=1))
    await world.attend_due()

    (refund,) = await world.refunds(payment_id)
    assert (refund.id, refund.status) == (refund_id, RefundStatus.SUCCEEDED)
    assert (await world.simulator.entry(payment_id))["cancelled"] == 30_000
    assert (await world.said()).count("refunded") == 1


async def test_what_the_console_does_not_bring_about_is_sent_by_us(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment_id = await world.paid()
    await world.simulator.switch(refunds="STAY_REQUESTED", webhooks_lost=True)
    await world.simulator.give_back_in_the_console(payment_id, 30_000)
    await world.ask_to_refund(30_000)
    await world.attend_due()
    await world.simulator.settle(payment_id, "fail")
    await world.simulator.switch(refunds="SUCCEED")

    for _ in range(2):
        turn_clock(monkeypatch, timedelta(minutes=2, seconds=1))
        await world.attend_due()

    assert await world.said() == ["opened", "paid", "refund-failed", "refunded"]
    assert (await world.simulator.entry(payment_id))["cancelled"] == 30_000


async def test_all_of_it_back_in_the_console_settles_what_was_owed(world: World) -> None:
    payment_id = await world.paid()
    await world.ask_to_refund(100_000)
    await world.simulator.give_back_in_the_console(payment_id, 130_000)

    await world.attend_due()

    payment = await world.payment(payment_id)
    assert (payment.status, payment.refunded, payment.refunding) == (PaymentStatus.REFUNDED, 130_000, 0)
    refunds = await world.refunds(payment_id)
    assert [(each.amount, each.cause, each.status) for each in refunds] == [
        (100_000, RefundCause.ASKED, RefundStatus.SUCCEEDED),
        (30_000, RefundCause.AT_PROVIDER, RefundStatus.SUCCEEDED),
    ]
    assert (await world.simulator.entry(payment_id))["cancelled"] == 130_000


@pytest.mark.parametrize("console_first", [True, False])
async def test_what_the_console_leaves_of_a_refund_is_given_back(world: World, console_first: bool) -> None:
    payment_id = await world.paid()
    if console_first:
        await world.simulator.give_back_in_the_console(payment_id, 50_000)
    refund_id = await world.ask_to_refund(100_000)
    if not console_first:
        await world.simulator.give_back_in_the_console(payment_id, 50_000)

    for _ in range(3):
        await world.attend(payment_id)

    payment = await world.payment(payment_id)
    assert (payment.status, payment.refunded, payment.refunding) == (PaymentStatus.REFUNDED, 130_000, 0)
    refunds = {each.id: (each.amount, each.cause, each.status) for each in await world.refunds(payment_id)}
    assert refunds.pop(refund_id) == (80_000, RefundCause.ASKED, RefundStatus.SUCCEEDED)
    assert list(refunds.values()) == [(50_000, RefundCause.AT_PROVIDER, RefundStatus.SUCCEEDED)]
    assert (await world.simulator.entry(payment_id))["cancelled"] == 130_000
    refunded = await world.service.published("payment.payment.refunded")
    told = {each.payload["refund_id"]: each.payload["amount"] for each in refunded}
    assert told[str(refund_id)] == "80000"
    assert sorted(told.values()) == ["50000", "80000"]


async def test_what_the_console_leaves_of_a_refund_that_was_given_up_is_given_back(world: World) -> None:
    payment_id = await world.paid()
    await world.simulator.switch(refusals=1, refused_as="INVALID_REQUEST")
    refund_id = await world.ask_to_refund(100_000)
    await world.attend_due()
    assert [each.status for each in await world.refunds(payment_id)] == [RefundStatus.FAILED]
    await world.simulator.give_back_in_the_console(payment_id, 50_000)

    for _ in range(3):
        await world.attend(payment_id)

    amounts = {each.id: (each.amount, each.status) for each in await world.refunds(payment_id)}
    assert amounts[refund_id] == (80_000, RefundStatus.SUCCEEDED)
    assert (await world.payment(payment_id)).refunded == 130_000


async def test_more_in_the_console_than_came_is_in_the_history_once_and_counted(world: World) -> None:
    payment_id, before = await world.paid(), counted()
    await world.simulator.switch(refusals=1, refused_as="INVALID_REQUEST")
    refund_id = await world.ask_to_refund(100_000)
    await world.attend_due()
    assert (await ask(world, SETTLE, id=str(refund_id), note="in cash")).errors == []
    await world.simulator.give_back_in_the_console(payment_id, 50_000)

    for _ in range(3):
        await world.attend(payment_id)

    noted = [each.detail for each in await world.history(payment_id) if each.name == "more given back than was left"]
    assert len(noted) == 1
    assert str(noted[0]).startswith("50000 KRW, ")
    assert counted() - before == 1
    assert (await world.payment(payment_id)).refunded == 100_000


async def test_a_refund_in_the_console_whose_webhook_was_lost_is_found_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment_id = await world.paid()
    await world.simulator.switch(webhooks_lost=True)
    await world.simulator.give_back_in_the_console(payment_id, 30_000)
    assert await world.attend_due() == []

    turn_clock(monkeypatch, timedelta(hours=6, minutes=1))
    assert await world.attend_due() == [payment_id]

    assert (await world.payment(payment_id)).refunded == 30_000
    assert (await world.said())[-1] == "refunded"
    assert await world.attend_due() == []


def counted() -> float:
    return REGISTRY.get_sample_value("payment_given_back_beyond_left_total") or 0


async def test_what_is_under_way_in_the_console_may_still_leave_room(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment_id = await world.paid()
    await world.simulator.switch(refunds="STAY_REQUESTED", webhooks_lost=True)
    await world.simulator.give_back_in_the_console(payment_id, 50_000)
    await world.ask_to_refund(100_000)
    await world.attend_due()
    (failed,) = await world.service.published("payment.payment.refund-failed")
    assert failed.payload["final"] is False
    await world.simulator.settle(payment_id, "fail")
    await world.simulator.switch(refunds="SUCCEED")

    turn_clock(monkeypatch, timedelta(minutes=2))
    await world.attend_due()

    assert (await world.said())[-1] == "refunded"
    assert (await world.simulator.entry(payment_id))["cancelled"] == 100_000
