"""However payment learns of money, it ends in the same place: one `paid`, whoever comes first."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from chassis import clock
from subgraphs.payment.ledger import store as ledger
from subgraphs.payment.ledger.tables import PaymentMethod, PaymentStatus
from subgraphs.payment.payments import patience, store
from subgraphs.payment.payments.apply_snapshot import apply_snapshot
from subgraphs.payment.payments.rules import Finding, Ticket
from subgraphs.payment.provider.portone import PortOne
from subgraphs.payment.provider.protocol import ProviderAway
from subgraphs.payment.provider.snapshot import Account, Snapshot, State
from subgraphs.payment.refunds.tables import RefundStatus
from tests.payment.world import AMOUNT, World, turn_clock


async def test_a_webhook_makes_the_worker_find_the_payment_paid(world: World) -> None:
    payment_id = await world.open()
    await world.simulator.click(payment_id, "pay")
    assert (await world.deliver(world.postbox.next("Transaction.Paid"))).status_code == 200
    assert (await world.payment(payment_id)).status is PaymentStatus.READY  # acknowledged first, worked on after

    assert await world.attend_due() == [payment_id]

    payment = await world.payment(payment_id)
    assert (payment.status, payment.method, payment.paid_amount) == (PaymentStatus.PAID, PaymentMethod.CARD, AMOUNT)
    (paid,) = await world.service.published("payment.payment.paid")
    assert paid.payload == {
        "booking_id": str(world.booking_id),
        "payment_id": str(payment_id),
        "amount": "130000",
        "paid_at": payment.paid_at.isoformat().replace("+00:00", "Z") if payment.paid_at else None,
    }


async def test_confirming_before_the_webhook_leaves_it_nothing_to_do(world: World) -> None:
    payment_id = await world.open()
    await world.simulator.click(payment_id, "pay")
    confirmed = await world.confirm(payment_id)
    assert confirmed.data["confirmPayment"]["status"] == "PAID"

    await world.deliver(world.postbox.next("Transaction.Paid"))
    await world.attend_due()

    assert await world.said() == ["opened", "paid"]


async def test_confirming_after_the_webhook_changes_nothing(world: World) -> None:
    payment_id = await world.paid()
    before = await world.payment(payment_id)

    confirmed = await world.confirm(payment_id)

    assert confirmed.data["confirmPayment"]["status"] == "PAID"
    assert await world.payment(payment_id) == before
    assert await world.said() == ["opened", "paid"]


async def test_everybody_at_once_says_paid_once(world: World) -> None:
    payment_id = await world.open()
    await world.simulator.click(payment_id, "pay")
    letter = world.postbox.next("Transaction.Paid")

    await asyncio.gather(
        *(world.confirm(payment_id) for _ in range(6)),
        *(world.deliver(letter) for _ in range(6)),
        *(world.attend(payment_id) for _ in range(6)),
    )

    assert await world.said() == ["opened", "paid"]
    assert (await world.payment(payment_id)).status is PaymentStatus.PAID


async def test_a_lost_webhook_is_made_up_for_by_the_reconciler(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.simulator.switch(webhooks_lost=True)
    payment_id = await world.open()
    await world.simulator.click(payment_id, "pay")
    assert await world.attend_due() == []

    turn_clock(monkeypatch, timedelta(minutes=2, seconds=1))

    assert await world.attend_due() == [payment_id]
    assert await world.said() == ["opened", "paid"]


async def test_a_failed_attempt_leaves_everything_waiting_for_the_next(world: World) -> None:
    payment_id = await world.open()
    await world.simulator.click(payment_id, "fail")
    failed = await world.confirm(payment_id)
    payment = await world.payment(payment_id)
    assert failed.data["confirmPayment"]["status"] == "FAILED"
    assert payment.failure_reason == "The card was declined."
    assert await world.said() == ["opened"]

    await world.simulator.click(payment_id, "pay")
    await world.confirm(payment_id)

    payment = await world.payment(payment_id)
    assert (payment.status, payment.failure_reason) == (PaymentStatus.PAID, None)
    assert await world.said() == ["opened", "paid"]


@pytest.mark.parametrize("amount", [129_999, 130_001, 1])
async def test_another_amount_goes_back_in_full_and_the_booking_is_refused(world: World, amount: int) -> None:
    payment_id = await world.open()
    await world.simulator.click(payment_id, "pay", amount=amount)

    await world.attend(payment_id)

    payment = await world.payment(payment_id)
    assert (payment.status, payment.paid_amount, payment.refunded) == (PaymentStatus.REFUNDED, amount, amount)
    assert await world.said() == ["opened", "refused", "refunded"]
    (refused,) = await world.service.published("payment.payment.refused")
    assert refused.payload["reason"] == "PAYMENT_FAILED"
    assert (await world.simulator.entry(payment_id))["cancelled"] == amount


async def test_another_currency_goes_back_in_full_in_that_currency(world: World) -> None:
    payment_id = await world.open()
    await world.simulator.click(payment_id, "pay", amount=13_000_000, currency="USD")

    await world.attend(payment_id)

    payment = await world.payment(payment_id)
    assert (payment.paid_amount, payment.paid_currency) == (Decimal("130000.00"), "USD")
    assert payment.refunded == Decimal("130000.00")
    assert (await world.simulator.entry(payment_id))["cancelled"] == 13_000_000
    assert await world.said() == ["opened", "refused", "refunded"]


async def test_money_that_was_given_back_before_we_looked_is_refused_and_not_given_back_twice(world: World) -> None:
    payment_id = await world.open()
    await world.simulator.click(payment_id, "pay")
    await world.simulator.give_back_in_the_console(payment_id, 30_000)

    await world.attend(payment_id)

    payment = await world.payment(payment_id)
    assert (payment.status, payment.refunded, payment.refunding) == (PaymentStatus.REFUNDED, AMOUNT, 0)
    assert (await world.simulator.entry(payment_id))["cancelled"] == 130_000
    assert (await world.said())[:2] == ["opened", "refused"]


async def test_a_pending_payment_waits_until_the_money_comes(world: World) -> None:
    payment_id = await world.open()
    await world.simulator.click(payment_id, "pending")
    await world.attend(payment_id)
    assert (await world.payment(payment_id)).status is PaymentStatus.PENDING

    await world.simulator.deposit(payment_id)
    await world.attend(payment_id)

    assert await world.said() == ["opened", "paid"]


async def test_an_account_number_is_announced_once_and_its_deposit_pays(world: World) -> None:
    payment_id = await world.open()
    await world.simulator.click(payment_id, "pay", payMethod="VIRTUAL_ACCOUNT", accountHours=24)
    await world.attend(payment_id)
    await world.attend(payment_id)
    payment = await world.payment(payment_id)
    assert payment.status is PaymentStatus.VIRTUAL_ACCOUNT_ISSUED
    assert payment.account_bank == "SHINHAN"
    (issued,) = await world.service.published("payment.payment.account-issued")
    assert payment.account_due_at is not None
    assert issued.payload["due_at"] == payment.account_due_at.isoformat().replace("+00:00", "Z")

    await world.simulator.deposit(payment_id)
    await world.attend(payment_id)

    assert await world.said() == ["opened", "account-issued", "paid"]


async def test_a_read_begun_before_the_last_one_applied_is_discarded(world: World) -> None:
    payment_id = await world.open()
    early = await _ticket(world, payment_id)
    await world.simulator.click(payment_id, "fail")
    await world.attend(payment_id)

    found = await _apply(world, early, Snapshot(State.READY, "READY"))

    assert found is Finding.STALE
    assert (await world.payment(payment_id)).status is PaymentStatus.FAILED


@pytest.mark.parametrize("state", [State.READY, State.PENDING, State.FAILED, State.UNKNOWN, State.ACCOUNT_ISSUED])
async def test_paid_never_goes_back(world: World, state: State) -> None:
    payment_id = await world.paid()
    said = await world.said()

    await _apply(world, await _ticket(world, payment_id), Snapshot(state, state.name, currency="KRW", total=AMOUNT))

    payment = await world.payment(payment_id)
    assert (payment.status, payment.paid_amount) == (PaymentStatus.PAID, AMOUNT)
    assert await world.said() == said


async def test_an_unknown_state_is_tolerated_and_asked_about_again(world: World) -> None:
    payment_id = await world.open()

    await _apply(world, await _ticket(world, payment_id), Snapshot(State.UNKNOWN, "ON_THE_MOON"))

    payment = await world.payment(payment_id)
    assert payment.status is PaymentStatus.READY
    assert payment.ask_at is not None
    assert payment.ask_at > clock.now()


async def test_an_account_number_whose_due_time_moves_is_told_again(world: World) -> None:
    payment_id = await world.open()
    later = clock.now() + timedelta(hours=20)
    for due_at in (later, later, later + timedelta(hours=1)):
        issued = Snapshot(State.ACCOUNT_ISSUED, "VIRTUAL_ACCOUNT_ISSUED", account=Account("SHINHAN", "110", due_at))
        await _apply(world, await _ticket(world, payment_id), issued)

    assert await world.said() == ["opened", "account-issued", "account-issued"]
    assert (await world.payment(payment_id)).account_due_at == later + timedelta(hours=1)


async def test_a_provider_that_knows_nothing_of_money_that_came_is_not_believed(world: World) -> None:
    payment_id = await world.paid()
    await world.simulator.client.post("/control/clear")  # another store's books
    await world.ask_to_refund(30_000)

    with pytest.raises(ProviderAway, match="of a payment that was paid"):
        await world.attend(payment_id)

    (refund,) = await world.refunds(payment_id)
    assert (refund.status, refund.key) == (RefundStatus.REQUESTED, None)
    assert await world.said() == ["opened", "paid"]


async def test_a_read_overtaken_by_the_one_that_found_the_money_contradicts_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment_id = await world.open()
    real = PortOne.read

    async def overtaken(provider: PortOne, asked: UUID) -> Snapshot:
        early = await real(provider, asked)
        monkeypatch.setattr(PortOne, "read", real)
        await world.simulator.click(payment_id, "pay")
        await world.attend(payment_id)
        return early

    monkeypatch.setattr(PortOne, "read", overtaken)

    assert (await world.confirm(payment_id)).data["confirmPayment"]["status"] == "PAID"


async def test_a_wish_that_comes_during_a_read_is_not_lost(world: World) -> None:
    payment_id = await world.open()
    ticket = await _ticket(world, payment_id)  # a worker has begun to read, before the money came
    await world.simulator.click(payment_id, "pay")
    await world.deliver(world.postbox.next("Transaction.Paid"))

    await _apply(world, ticket, Snapshot(State.READY, "READY"))

    assert await world.attend_due() == [payment_id]
    assert await world.said() == ["opened", "paid"]


async def test_a_provider_that_is_away_leaves_the_payment_to_be_asked_about_again(world: World) -> None:
    payment_id = await world.open()
    await world.simulator.click(payment_id, "pay")
    await world.simulator.switch(errors_before=1)

    refused = await world.confirm(payment_id)

    assert refused.codes == ["UNAVAILABLE"]
    assert (await world.payment(payment_id)).status is PaymentStatus.READY
    assert (await world.confirm(payment_id)).data["confirmPayment"]["status"] == "PAID"


async def test_who_waits_is_told_before_a_slow_provider_answers(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    payment_id = await world.open()
    await world.simulator.click(payment_id, "pay")
    await world.simulator.switch(latency=5)
    monkeypatch.setattr(patience, "SECONDS", 0.1)

    refused = await world.confirm(payment_id)

    assert refused.codes == ["UNAVAILABLE"]
    assert refused.errors[0]["extensions"]["retryAfter"] == 5
    assert (await world.payment(payment_id)).status is PaymentStatus.READY
    await world.simulator.switch(latency=0)
    monkeypatch.setattr(patience, "SECONDS", 10)
    assert (await world.confirm(payment_id)).data["confirmPayment"]["status"] == "PAID"


async def test_what_is_decided_is_not_asked_about_again(world: World) -> None:
    payment_id = await world.paid()
    await world.simulator.switch(errors_before=1)

    assert (await world.confirm(payment_id)).data["confirmPayment"]["status"] == "PAID"

    left = (await world.simulator.client.get("/control/switches")).json()
    assert left["errors_before"] == 1


async def _ticket(world: World, payment_id: UUID) -> Ticket:
    async with world.service.database.transaction() as session:
        return await store.begin_read(session, payment_id)


async def _apply(world: World, ticket: Ticket, snapshot: Snapshot) -> Finding:
    async with world.service.database.transaction() as session:
        payment = await ledger.lock_payment(session, ticket.payment_id)
        return await apply_snapshot(session, world.service.cache, payment, ticket, snapshot)
