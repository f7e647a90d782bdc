"""At the due time payment says whether money came: `paid` or `closed`, and never the one after the other."""

import asyncio
from datetime import timedelta

import pytest

from subgraphs.payment.ledger.tables import PaymentStatus
from subgraphs.payment.provider.portone import PortOne
from subgraphs.payment.provider.protocol import ProviderAway
from subgraphs.payment.provider.snapshot import Snapshot, State
from tests.payment.world import AMOUNT, World, turn_clock


@pytest.mark.parametrize("attempt", [None, "close", "fail"])
async def test_an_unpaid_payment_is_closed(world: World, attempt: str | None) -> None:
    payment_id = await world.open()
    if attempt:
        await world.simulator.click(payment_id, attempt)

    await world.ask_to_close()
    assert await world.said() == ["opened"]  # the provider is asked first, and not inside the message's transaction
    await world.attend_due()

    assert (await world.payment(payment_id)).status is PaymentStatus.CLOSED
    assert await world.said() == ["opened", "closed"]


async def test_money_nobody_told_us_of_is_found_when_closing(world: World) -> None:
    await world.simulator.switch(webhooks_lost=True)
    payment_id = await world.open()
    await world.simulator.click(payment_id, "pay")

    await world.ask_to_close()
    await world.attend_due()

    assert (await world.payment(payment_id)).status is PaymentStatus.PAID
    assert await world.said() == ["opened", "paid"]


async def test_closing_what_is_paid_says_paid_again(world: World) -> None:
    payment_id = await world.paid()

    await world.ask_to_close()

    assert await world.attend_due() == []
    assert (await world.payment(payment_id)).close_requested_at is None
    assert await world.said() == ["opened", "paid", "paid"]


async def test_asked_to_close_again_it_says_closed_again(world: World) -> None:
    await world.open()
    await world.ask_to_close()
    await world.attend_due()

    await world.ask_to_close()

    assert await world.said() == ["opened", "closed", "closed"]


async def test_closing_twice_before_it_was_done_closes_once(world: World) -> None:
    await world.open()
    await world.ask_to_close()
    await world.ask_to_close()

    await world.attend_due()

    assert await world.said() == ["opened", "closed"]


async def test_money_after_closing_goes_back_and_the_booking_hears_no_paid(world: World) -> None:
    payment_id = await world.open()
    await world.ask_to_close()
    await world.attend_due()
    await world.simulator.click(payment_id, "pay")
    await world.deliver(world.postbox.next("Transaction.Paid"))

    await world.attend_due()

    payment = await world.payment(payment_id)
    assert (payment.status, payment.paid_amount, payment.refunded) == (PaymentStatus.REFUNDED, AMOUNT, AMOUNT)
    assert await world.said() == ["opened", "closed", "refunded"]
    assert (await world.simulator.entry(payment_id))["cancelled"] == 130_000
    await world.ask_to_close()
    assert (await world.said())[-1] == "closed"


async def test_a_closed_payment_is_watched_for_a_day(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.simulator.switch(webhooks_lost=True)
    payment_id = await world.open()
    await world.ask_to_close()
    await world.attend_due()
    await world.simulator.click(payment_id, "pay")

    turn_clock(monkeypatch, timedelta(hours=23))
    assert await world.attend_due() == [payment_id]

    assert await world.said() == ["opened", "closed", "refunded"]


async def test_a_payment_closed_for_more_than_a_day_is_left_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment_id = await world.open()
    await world.ask_to_close()
    await world.attend_due()

    turn_clock(monkeypatch, timedelta(hours=25))
    assert await world.attend_due() == [payment_id]

    assert (await world.payment(payment_id)).ask_at is None


async def test_a_provider_still_at_it_gets_ten_minutes_more_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    payment_id = await world.open()
    await world.simulator.click(payment_id, "pending")
    await world.ask_to_close()
    await world.attend_due()
    assert await world.said() == ["opened"]

    turn_clock(monkeypatch, timedelta(minutes=9))
    await world.attend_due()
    assert await world.said() == ["opened"]
    payment = await world.payment(payment_id)
    assert payment.ask_at == payment.pending_until

    turn_clock(monkeypatch, timedelta(minutes=1))
    await world.attend_due()
    assert await world.said() == ["opened", "closed"]


async def test_a_state_nobody_knows_is_waited_for_as_long_and_no_longer(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.open()
    monkeypatch.setattr(PortOne, "read", lambda *_: asyncio.sleep(0, Snapshot(State.UNKNOWN, "ON_THE_MOON")))
    await world.ask_to_close()
    await world.attend_due()
    assert await world.said() == ["opened"]

    turn_clock(monkeypatch, timedelta(minutes=10))
    await world.attend_due()

    assert await world.said() == ["opened", "closed"]


async def test_what_was_pending_and_is_paid_in_the_extra_time_is_paid(world: World) -> None:
    payment_id = await world.open()
    await world.simulator.click(payment_id, "pending")
    await world.ask_to_close()
    await world.attend_due()

    await world.simulator.deposit(payment_id)
    await world.deliver(world.postbox.next("Transaction.Paid"))
    await world.attend_due()

    assert await world.said() == ["opened", "paid"]


async def test_an_account_number_is_closed_at_the_provider(world: World) -> None:
    payment_id = await world.open()
    await world.simulator.click(payment_id, "pay", payMethod="VIRTUAL_ACCOUNT")
    await world.attend(payment_id)

    await world.ask_to_close()
    await world.attend_due()

    assert (await world.simulator.entry(payment_id))["status"] == "CANCELLED"
    assert await world.said() == ["opened", "account-issued", "closed"]


async def test_an_account_number_that_can_not_be_closed_just_now_is_closed_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment_id = await world.open()
    await world.simulator.click(payment_id, "pay", payMethod="VIRTUAL_ACCOUNT")
    await world.attend(payment_id)
    real = PortOne.close_account

    async def away(*_: object, **__: object) -> None:
        raise ProviderAway

    monkeypatch.setattr(PortOne, "close_account", away)
    await world.ask_to_close()
    with pytest.raises(ProviderAway):
        await world.attend_due()
    assert await world.attend_due() == []  # not at once, lest it is hammered
    monkeypatch.setattr(PortOne, "close_account", real)

    turn_clock(monkeypatch, timedelta(seconds=6))
    assert await world.attend_due() == [payment_id]

    assert (await world.simulator.entry(payment_id))["status"] == "CANCELLED"
    assert await world.said() == ["opened", "account-issued", "closed"]


async def test_an_account_number_the_provider_ended_closes_the_payment(world: World) -> None:
    payment_id = await world.open()
    await world.simulator.click(payment_id, "pay", payMethod="VIRTUAL_ACCOUNT")
    await world.attend(payment_id)
    await world.provider.close_account(payment_id, key=f"elsewhere-{payment_id}")

    await world.attend(payment_id)

    assert await world.said() == ["opened", "account-issued", "closed"]


async def test_paid_and_closed_at_the_same_moment_one_of_them_is_said(world: World) -> None:
    for _ in range(10):
        fresh = World(world.service, world.simulator, world.postbox, world.http)
        payment_id = await fresh.open()
        before = len(await fresh.said())

        await asyncio.gather(
            fresh.simulator.click(payment_id, "pay"),
            fresh.ask_to_close(),
            fresh.attend(payment_id),
            fresh.confirm(payment_id),
            fresh.attend(payment_id),
        )
        await fresh.attend(payment_id)
        await fresh.attend(payment_id)

        said = set((await fresh.said())[before:])
        entry = await fresh.simulator.entry(payment_id)
        if "closed" in said:
            assert said == {"closed", "refunded"}
            assert entry["cancelled"] == entry["paid"] == 130_000
        else:
            assert said == {"paid"}
            assert entry["cancelled"] == 0
