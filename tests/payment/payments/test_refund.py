"""Money goes back once, and never more than came, whatever the provider and the network do meanwhile."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from chassis.database import violated
from chassis.ids import uuid7
from subgraphs.payment.payments import store
from subgraphs.payment.payments.provider import ProviderAway
from subgraphs.payment.payments.rules import Finding
from subgraphs.payment.payments.send_refund import send_refund
from subgraphs.payment.payments.sync import sync_payment
from subgraphs.payment.payments.tables import PaymentStatus, RefundCause, RefundStatus
from subgraphs.payment.payments.take_reading import take_reading
from tests.payment.world import AMOUNT, World, turn_clock


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
    assert failed.payload["reason"] == "REFUND_EXCEEDS_PAYMENT"
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
    assert failed.payload["reason"] == "NOT_PAID"
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


async def test_a_read_begun_before_a_refund_was_answered_is_discarded(world: World) -> None:
    payment_id = await world.paid()
    await world.ask_to_refund(30_000)
    await world.ask_to_refund(20_000)
    await _make_ready(world, payment_id)
    async with world.service.database.transaction() as session:
        ticket = await store.begin_read(session, payment_id)
    before = await world.provider.read(payment_id)
    await _send(world, payment_id)

    async with world.service.database.transaction() as session:
        payment = await store.lock_payment(session, payment_id)
        assert await take_reading(session, world.service.cache, payment, ticket, before) is Finding.STALE

    await world.attend(payment_id)
    assert [each.status for each in await world.refunds(payment_id)] == [RefundStatus.SUCCEEDED] * 2
    assert "refund-failed" not in await world.said()


async def test_a_refund_whose_answer_was_lost_is_not_made_twice(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    payment_id = await world.paid()
    await world.ask_to_refund(30_000)
    await _make_ready(world, payment_id)
    await _send_with_lost_answer(world, payment_id)
    assert (await world.simulator.entry(payment_id))["cancelled"] == 30_000
    (refund,) = await world.refunds(payment_id)
    assert refund.status is RefundStatus.REQUESTED

    turn_clock(monkeypatch, timedelta(minutes=2))
    await world.attend_due()

    assert (await world.refunds(payment_id))[0].status is RefundStatus.SUCCEEDED
    assert (await world.simulator.entry(payment_id))["cancelled"] == 30_000
    assert (await world.said()).count("refunded") == 1


async def test_a_lost_answer_is_recognised_after_the_provider_forgot_the_key(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment_id = await world.paid()
    await world.ask_to_refund(30_000)
    await _make_ready(world, payment_id)
    await _send_with_lost_answer(world, payment_id)
    async with world.service.database.transaction() as session:  # as if under another key: none is remembered
        refund = (await store.refunds_of(session, payment_id))[0]
        refund.key = str(uuid7())
        session.add(refund)

    turn_clock(monkeypatch, timedelta(hours=4))
    await world.attend_due()

    assert (await world.refunds(payment_id))[0].status is RefundStatus.SUCCEEDED
    assert (await world.simulator.entry(payment_id))["cancelled"] == 30_000


async def test_an_error_before_anything_was_done_is_tried_again_with_the_same_key(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment_id = await world.paid()
    await world.ask_to_refund(30_000)
    await _make_ready(world, payment_id)
    key = (await world.refunds(payment_id))[0].key
    await world.simulator.switch(errors_before=1)
    with pytest.raises(ProviderAway, match="503"):
        await _send(world, payment_id)
    assert (await world.refunds(payment_id))[0].key == key

    turn_clock(monkeypatch, timedelta(minutes=2))
    await world.attend_due()

    (refund,) = await world.refunds(payment_id)
    assert (refund.status, refund.key, refund.attempts) == (RefundStatus.SUCCEEDED, key, 2)
    assert (await world.simulator.entry(payment_id))["cancelled"] == 30_000


async def test_a_refused_refund_is_told_and_tried_again_under_a_new_key(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment_id = await world.paid()
    await world.simulator.switch(refunds="FAIL")
    refund_id = await world.ask_to_refund(30_000)
    await world.attend_due()
    (refund,) = await world.refunds(payment_id)
    assert (refund.status, refund.key) == (RefundStatus.FAILED, None)
    payment = await world.payment(payment_id)
    assert (payment.refunded, payment.refunding) == (0, 30_000)  # still owed
    assert (await world.said())[-1] == "refund-failed"

    await world.simulator.switch(refunds="SUCCEED")
    turn_clock(monkeypatch, timedelta(minutes=2))
    await world.attend_due()

    (refund,) = await world.refunds(payment_id)
    assert (refund.id, refund.status) == (refund_id, RefundStatus.SUCCEEDED)
    assert (await world.said())[-1] == "refunded"
    assert (await world.simulator.entry(payment_id))["cancelled"] == 30_000


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


async def test_a_second_refund_waits_for_the_first(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    payment_id = await world.paid()
    await world.simulator.switch(refunds="STAY_REQUESTED")
    await world.ask_to_refund(30_000)
    await world.attend_due()
    await world.ask_to_refund(20_000)
    await world.attend_due()
    assert len((await world.simulator.entry(payment_id))["open_cancellations"]) == 1

    await world.simulator.settle(payment_id, "succeed")
    await world.simulator.switch(refunds="SUCCEED")
    turn_clock(monkeypatch, timedelta(minutes=2, seconds=1))
    await world.attend_due()

    assert (await world.payment(payment_id)).refunded == 50_000
    assert (await world.simulator.entry(payment_id))["cancelled"] == 50_000


async def test_two_refunds_under_way_are_refused_by_the_database_too(world: World) -> None:
    payment_id = await world.paid()
    await world.ask_to_refund(30_000)
    await world.ask_to_refund(20_000)
    with pytest.raises(IntegrityError) as refused:
        await _put_all_under_way(world, payment_id)
    assert violated(refused.value) == "uq_refunds_payment_id_under_way"


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


async def test_money_paid_to_an_account_number_goes_back_once_the_payer_says_where_to(world: World) -> None:
    payment_id = await world.open()
    await world.simulator.click(payment_id, "pay", payMethod="VIRTUAL_ACCOUNT")
    await world.simulator.deposit(payment_id)
    await world.attend(payment_id)
    refund_id = await world.ask_to_refund(30_000)
    await world.attend_due()
    assert (await world.refunds(payment_id))[0].status is RefundStatus.NEEDS_ACCOUNT
    assert (await world.simulator.entry(payment_id))["cancelled"] == 0

    document = "mutation($in: ProvideRefundAccountInput!) { provideRefundAccount(input: $in) { id status } }"
    account = {"refundId": str(refund_id), "bank": "SHINHAN", "number": "110-123-456789", "holder": "Kim"}
    another = await world.service.graphql(document, {"in": account}, user=uuid7())
    assert another.codes == ["NOT_FOUND"]
    wrong = await world.service.graphql(document, {"in": account | {"number": "12 34"}}, user=world.payer_id)
    assert wrong.codes == ["INVALID_INPUT"]
    given = await world.service.graphql(document, {"in": account}, user=world.payer_id)
    assert given.data["provideRefundAccount"] == {"id": str(refund_id), "status": "REQUESTED"}
    await world.attend_due()

    (refund,) = await world.refunds(payment_id)
    assert (refund.status, refund.account_number) == (RefundStatus.SUCCEEDED, None)
    assert (await world.simulator.entry(payment_id))["cancelled"] == 30_000
    again = await world.service.graphql(document, {"in": account}, user=world.payer_id)
    assert again.codes == ["CONFLICT"]


async def _put_all_under_way(world: World, payment_id: UUID) -> None:
    async with world.service.database.transaction() as session:
        for refund in await store.refunds_of(session, payment_id):
            refund.key, refund.cancellable = str(uuid7()), AMOUNT
            session.add(refund)


async def _make_ready(world: World, payment_id: UUID) -> None:
    """Up to the point where the key is stored and nothing was sent."""
    await sync_payment(world.service.database, world.service.cache, world.provider, payment_id)


async def _send(world: World, payment_id: UUID) -> None:
    await send_refund(world.service.database, world.provider, payment_id)


async def _send_with_lost_answer(world: World, payment_id: UUID) -> None:
    await world.simulator.switch(errors_after=1)
    with pytest.raises(ProviderAway, match="500"):
        await _send(world, payment_id)
