"""Booking asks for money to go back: never more than came, and once however often it asks."""

import asyncio
from uuid import UUID

import pytest

from subgraphs.payment.ledger.tables import PaymentStatus
from tests.payment.world import AMOUNT, World


async def test_a_part_goes_back_then_the_rest(world: World) -> None:
    payment_id = await world.paid()
    first = await world.ask_to_refund(30_000)
    await world.attend_due()
    payment = await world.payment(payment_id)
    assert (payment.status, payment.refunded) == (PaymentStatus.PARTIALLY_REFUNDED, 30_000)

    second = await world.ask_to_refund(100_000)
    await world.attend_due()

    payment = await world.payment(payment_id)
    assert (payment.status, payment.refunded, payment.refunding) == (PaymentStatus.REFUNDED, AMOUNT, 0)
    refunded = await world.service.published("payment.payment.refunded")
    assert [(UUID(each.payload["refund_id"]), each.payload["amount"]) for each in refunded] == [
        (first, "30000"),
        (second, "100000"),
    ]
    assert (await world.simulator.entry(payment_id))["cancelled"] == 130_000


async def test_asked_again_a_refund_is_answered_again_and_made_once(world: World) -> None:
    payment_id = await world.paid()
    refund_id = await world.ask_to_refund(30_000)
    await world.ask_to_refund(30_000, refund_id)
    await world.attend_due()
    await world.ask_to_refund(30_000, refund_id)

    assert await world.said() == ["opened", "paid", "refunded", "refunded"]
    assert (await world.simulator.entry(payment_id))["cancelled"] == 30_000


async def test_more_than_is_left_is_refused_and_nothing_is_sent(world: World) -> None:
    payment_id = await world.paid()
    await world.ask_to_refund(100_000)

    await world.ask_to_refund(30_001)

    (failed,) = await world.service.published("payment.payment.refund-failed")
    said = {name: failed.payload[name] for name in ("reason", "final", "left")}
    assert said == {"reason": "REFUND_EXCEEDS_PAYMENT", "final": True, "left": "30000"}
    await world.attend_due()
    assert (await world.simulator.entry(payment_id))["cancelled"] == 100_000
    assert len(await world.refunds(payment_id)) == 1


@pytest.mark.parametrize("amount", [0, -1])
async def test_nothing_can_not_be_given_back(world: World, amount: int) -> None:
    payment_id = await world.paid()

    await world.ask_to_refund(amount)

    assert (await world.said())[-1] == "refund-failed"
    assert await world.refunds(payment_id) == []


async def test_what_was_not_paid_can_not_be_given_back(world: World) -> None:
    payment_id = await world.open()

    await world.ask_to_refund(1_000)

    (failed,) = await world.service.published("payment.payment.refund-failed")
    said = {name: failed.payload[name] for name in ("reason", "final", "left")}
    assert said == {"reason": "NOT_PAID", "final": True, "left": None}
    assert await world.refunds(payment_id) == []


async def test_many_refunds_at_once_give_back_no_more_than_came(world: World) -> None:
    payment_id = await world.paid()

    await asyncio.gather(*(world.ask_to_refund(40_000) for _ in range(10)))
    for _ in range(3):
        await asyncio.gather(*(world.attend(payment_id) for _ in range(4)))

    payment = await world.payment(payment_id)
    assert (payment.refunded, payment.refunding) == (120_000, 0)
    assert (await world.simulator.entry(payment_id))["cancelled"] == 120_000
    assert (await world.said()).count("refunded") == 3
    assert (await world.said()).count("refund-failed") == 7
