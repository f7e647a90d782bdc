"""A refund is sent once, whatever the provider and the network do meanwhile, and one at a time."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from chassis.database import violated
from chassis.ids import uuid7
from subgraphs.payment.ledger import store as ledger
from subgraphs.payment.payments import store
from subgraphs.payment.payments.apply_snapshot import apply_snapshot
from subgraphs.payment.payments.rules import Finding
from subgraphs.payment.payments.sync import sync_payment
from subgraphs.payment.provider.protocol import ProviderAway
from subgraphs.payment.refunds.owe import owe_refund
from subgraphs.payment.refunds.send import send_refund
from subgraphs.payment.refunds.store import refunds_of
from subgraphs.payment.refunds.tables import RefundCause, RefundStatus
from tests.payment.world import AMOUNT, World, turn_clock


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
        payment = await ledger.lock_payment(session, payment_id)
        assert await apply_snapshot(session, world.service.cache, payment, ticket, before) is Finding.STALE

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
        refund = (await refunds_of(session, payment_id))[0]
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


@pytest.mark.parametrize(
    ("kind", "final"),
    [
        ("INVALID_REQUEST", True),
        ("PAYMENT_NOT_PAID", True),
        ("NEGATIVE_PROMOTION_ADJUSTED_CANCEL_AMOUNT", True),
        ("PG_PROVIDER", False),
        ("CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN", False),
        ("PAYMENT_ALREADY_CANCELLED", False),
    ],
)
async def test_a_definite_refusal_ends_a_refund_only_where_trying_again_can_not_help(
    world: World, monkeypatch: pytest.MonkeyPatch, kind: str, *, final: bool
) -> None:
    payment_id = await world.paid()
    await world.simulator.switch(refusals=1, refused_as=kind)
    await world.ask_to_refund(30_000)
    await world.attend_due()
    (failed,) = await world.service.published("payment.payment.refund-failed")
    assert (failed.payload["reason"], failed.payload["final"]) == (f"{kind}: switched on: a refusal", final)

    turn_clock(monkeypatch, timedelta(minutes=2))
    due = await world.attend_due()

    (refund,) = await world.refunds(payment_id)
    given_back = 0 if final else 30_000
    assert due == ([] if final else [payment_id])
    assert refund.status is (RefundStatus.FAILED if final else RefundStatus.SUCCEEDED)
    assert (await world.simulator.entry(payment_id))["cancelled"] == given_back
    payment = await world.payment(payment_id)
    assert (payment.refunded, payment.refunding) == (given_back, 30_000 - given_back)


async def test_what_is_left_having_changed_meanwhile_the_provider_refuses_and_it_is_asked_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment_id = await world.paid()
    await world.ask_to_refund(100_000)
    await _make_ready(world, payment_id)
    (refund,) = await world.refunds(payment_id)
    assert (refund.key is not None, refund.cancellable) == (True, AMOUNT)
    await world.simulator.give_back_in_the_console(payment_id, 30_000)

    await _send(world, payment_id)
    (failed,) = await world.service.published("payment.payment.refund-failed")
    assert failed.payload["reason"].startswith("CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN: ")
    assert (await world.simulator.entry(payment_id))["cancelled"] == 30_000

    turn_clock(monkeypatch, timedelta(minutes=2))
    await world.attend_due()
    assert (await world.simulator.entry(payment_id))["cancelled"] == 130_000
    payment = await world.payment(payment_id)
    assert (payment.refunded, payment.refunding) == (AMOUNT, 0)
    assert [each.amount for each in await world.refunds(payment_id)] == [100_000, 30_000]


async def test_a_refusal_that_was_none_is_not_made_twice(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    payment_id = await world.paid()
    await world.simulator.switch(refusals=1)
    await world.ask_to_refund(30_000)
    await world.attend_due()
    await world.simulator.give_back_in_the_console(payment_id, 30_000)  # the bank has done it after all

    turn_clock(monkeypatch, timedelta(minutes=2))
    await world.attend_due()

    (refund,) = await world.refunds(payment_id)
    assert (refund.status, refund.attempts) == (RefundStatus.SUCCEEDED, 1)
    assert (await world.simulator.entry(payment_id))["cancelled"] == 30_000


async def test_what_waits_behind_a_refund_under_way_keeps_nobody_busy(world: World) -> None:
    payment_id = await world.paid()
    await world.simulator.switch(refunds="STAY_REQUESTED")
    await world.ask_to_refund(30_000)
    await world.ask_to_refund(20_000)

    assert await world.attend_due() == [payment_id]

    assert await world.attend_due() == []


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


async def test_what_failed_before_is_sent_as_soon_as_what_was_asked_after_has_ended(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment_id = await world.paid()
    await world.simulator.switch(refusals=1, refunds="STAY_REQUESTED", webhooks_lost=True)
    await world.ask_to_refund(30_000)
    await world.attend_due()
    await world.ask_to_refund(20_000)
    await world.attend_due()
    assert [each.status for each in await world.refunds(payment_id)] == [RefundStatus.FAILED, RefundStatus.REQUESTED]
    await world.simulator.settle(payment_id, "succeed")
    await world.simulator.switch(refunds="SUCCEED")

    turn_clock(monkeypatch, timedelta(minutes=2, seconds=1))
    await world.attend_due()

    assert [each.status for each in await world.refunds(payment_id)] == [RefundStatus.SUCCEEDED] * 2
    assert (await world.simulator.entry(payment_id))["cancelled"] == 50_000


async def test_two_refunds_under_way_are_refused_by_the_database_too(world: World) -> None:
    payment_id = await world.paid()
    await world.ask_to_refund(30_000)
    await world.ask_to_refund(20_000)
    with pytest.raises(IntegrityError) as refused:
        await _put_all_under_way(world, payment_id)
    assert violated(refused.value) == "uq_refunds_payment_id_under_way"


async def test_more_owed_than_came_is_refused_by_the_database_too(world: World) -> None:
    payment_id = await world.paid()
    await world.ask_to_refund(100_000)
    with pytest.raises(IntegrityError) as refused:
        await _owe_more_than_came(world, payment_id)
    assert violated(refused.value) == "ck_payments_no_more_back_than_came"
    assert (await world.payment(payment_id)).refunding == 100_000


async def _owe_more_than_came(world: World, payment_id: UUID) -> None:
    async with world.service.database.transaction() as session:
        payment = await ledger.lock_payment(session, payment_id)
        owe_refund(session, payment, AMOUNT - 99_999, reason="r", cause=RefundCause.BY_HAND)


async def _put_all_under_way(world: World, payment_id: UUID) -> None:
    async with world.service.database.transaction() as session:
        for refund in await refunds_of(session, payment_id):
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
