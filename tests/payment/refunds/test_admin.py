"""The back office gives money back by hand: once a key, never more than is left, never what is under way."""

import asyncio

import pytest

from subgraphs.payment.refunds.tables import RefundStatus
from tests.payment.back_office import ADMIN, REFUND, SETTLE, ask, by_hand
from tests.payment.world import World


async def test_a_part_is_given_back_by_hand_once_a_key(world: World) -> None:
    payment_id = await world.paid()
    answers = await asyncio.gather(*(ask(world, REFUND, **{"in": by_hand(payment_id, 30_000)}) for _ in range(5)))
    assert [each.errors for each in answers] == [[]] * 5
    await world.attend_due()

    (refund,) = (await ask(world, REFUND, **{"in": by_hand(payment_id, 30_000)})).data["refundPayment"]["refunds"]

    assert (refund["status"], refund["amount"]["amount"], refund["requestedBy"]) == (
        "SUCCEEDED",
        30000,
        {"id": str(ADMIN)},
    )
    assert (await world.simulator.entry(payment_id))["cancelled"] == 30_000
    assert await world.said() == ["opened", "paid", "refund-requested", "refunded"]
    (told,) = await world.service.published("payment.payment.refund-requested")
    assert told.payload == {
        "booking_id": str(world.booking_id),
        "payment_id": str(payment_id),
        "refund_id": refund["id"],
        "amount": "30000",
    }
    other = await ask(world, REFUND, **{"in": by_hand(payment_id, 30_001)})
    assert other.codes == ["IDEMPOTENCY_MISMATCH"]


@pytest.mark.parametrize(
    ("amount", "reason", "key", "code"),
    [
        (130_001, "r", "k", "REFUND_EXCEEDS_PAYMENT"),
        (0, "r", "k", "INVALID_INPUT"),
        (1_000, " ", "k", "INVALID_INPUT"),
        (1_000, "r", "", "INVALID_INPUT"),
        (1_000, "r", "k" * 256, "INVALID_INPUT"),
        (1_000, "r" * 501, "k", "INVALID_INPUT"),
        (1_000, "\0", "k", "INVALID_INPUT"),
        (1_000, "r", "\0", "INVALID_INPUT"),
    ],
)
async def test_what_can_not_be_given_back_is_refused(
    world: World, amount: int, reason: str, key: str, code: str
) -> None:
    payment_id = await world.paid()

    answer = await ask(world, REFUND, **{"in": by_hand(payment_id, amount, key, reason)})

    assert answer.codes == [code]
    assert await world.refunds(payment_id) == []


async def test_an_unpaid_payment_gives_nothing_back(world: World) -> None:
    payment_id = await world.open()
    assert (await ask(world, REFUND, **{"in": by_hand(payment_id, 1_000)})).codes == ["CONFLICT"]
    assert await world.refunds(payment_id) == []


async def test_two_refunds_at_once_give_back_no_more_than_is_left(world: World) -> None:
    payment_id = await world.paid()

    answers = await asyncio.gather(
        *(ask(world, REFUND, **{"in": by_hand(payment_id, 100_000, f"k-{at}")}) for at in range(4))
    )

    assert sorted(str(each.codes) for each in answers) == ["['REFUND_EXCEEDS_PAYMENT']"] * 3 + ["[]"]
    assert await world.said() == ["opened", "paid", "refund-requested"]


async def test_a_refund_that_waits_for_an_account_can_be_settled_by_hand(world: World) -> None:
    payment_id = await world.open()
    await world.simulator.click(payment_id, "pay", payMethod="VIRTUAL_ACCOUNT")
    await world.simulator.deposit(payment_id)
    await world.attend(payment_id)
    refund_id = await world.ask_to_refund(30_000)

    settled = await ask(world, SETTLE, id=str(refund_id), note="transferred by the bank")

    assert settled.data["settleRefundByHand"]["status"] == "SUCCEEDED"
    assert (await world.payment(payment_id)).refunded == 30_000
    assert (await world.said())[-1] == "refunded"
    again = await ask(world, SETTLE, id=str(refund_id), note="once more")
    assert again.codes == ["CONFLICT"]
    assert (await world.payment(payment_id)).refunded == 30_000


async def test_what_the_provider_may_still_give_back_is_not_settled_by_hand(world: World) -> None:
    payment_id = await world.paid()
    await world.simulator.switch(refunds="STAY_REQUESTED")
    refund_id = await world.ask_to_refund(30_000)
    await world.attend_due()

    answer = await ask(world, SETTLE, id=str(refund_id), note="transferred by the bank")

    assert answer.codes == ["CONFLICT"]
    assert (await world.refunds(payment_id))[0].status is RefundStatus.REQUESTED
