"""The worker's own loop: woken by a nudge, shared by many workers, never stopped by one payment's trouble."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import cast
from uuid import UUID

import pytest

from subgraphs.payment.jobs import reconcile_due_payments
from subgraphs.payment.ledger.rules import LEASE
from subgraphs.payment.ledger.tables import PaymentStatus
from subgraphs.payment.payments import store
from subgraphs.payment.refunds.count_open import OPEN, count_open_refunds
from subgraphs.payment.settings import Settings
from tests.payment.world import World, turn_clock


@asynccontextmanager
async def working(world: World, workers: int = 1) -> AsyncIterator[None]:
    service = world.service
    settings = cast("Settings", service.settings)
    running = [
        asyncio.create_task(reconcile_due_payments(service.database, service.cache, world.provider, settings))
        for _ in range(workers)
    ]
    try:
        yield
    finally:
        for each in running:
            each.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while not await holds():
            await asyncio.sleep(0.01)


async def is_paid(world: World, payment_id: UUID) -> bool:
    return (await world.payment(payment_id)).status is PaymentStatus.PAID


async def test_a_webhook_is_worked_on_at_once(world: World) -> None:
    payment_id = await world.open()
    async with working(world):
        await world.simulator.click(payment_id, "pay")
        await world.deliver(world.postbox.next("Transaction.Paid"))
        await until(lambda: is_paid(world, payment_id))
    assert await world.said() == ["opened", "paid"]


async def test_many_workers_share_many_payments_and_say_each_once(world: World) -> None:
    worlds = [World(world.service, world.simulator, world.postbox, world.http) for _ in range(30)]
    ids = [await each.open() for each in worlds]
    async with working(world, workers=3):
        for payment_id in ids:
            await world.simulator.click(payment_id, "pay")
            await world.deliver(world.postbox.next("Transaction.Paid"))

        async def all_paid() -> bool:
            return all([await is_paid(world, each) for each in ids])

        await until(all_paid)
    assert sorted(await world.said()) == ["opened"] * 30 + ["paid"] * 30


async def test_a_refund_goes_through_without_anybody_waiting(world: World) -> None:
    payment_id = await world.paid()
    async with working(world):
        await world.ask_to_refund(30_000)

        async def is_back() -> bool:
            return (await world.payment(payment_id)).refunded == 30_000

        await until(is_back)


async def test_a_provider_in_trouble_with_one_payment_keeps_no_other_waiting(world: World) -> None:
    stuck = await world.open()
    await world.simulator.click(stuck, "pay")
    letter = world.postbox.next("Transaction.Paid")
    other_world = World(world.service, world.simulator, world.postbox, world.http)
    other = await other_world.open()
    async with working(world):
        await world.simulator.switch(errors_before=1)
        await world.deliver(letter)

        async def error_used_up() -> bool:
            switches = await world.simulator.client.get("/control/switches")
            return bool(switches.json()["errors_before"] == 0)

        await until(error_used_up)
        await world.simulator.click(other, "pay")
        await world.deliver(world.postbox.next("Transaction.Paid"))
        await until(lambda: is_paid(world, other))
    assert (await world.payment(stuck)).status is PaymentStatus.READY


async def test_what_a_worker_took_and_died_of_is_anothers_once_its_lease_is_over(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment_id = await world.open()
    await world.simulator.click(payment_id, "pay")
    await world.deliver(world.postbox.next("Transaction.Paid"))
    async with world.service.database.transaction() as session:
        assert await store.take_due(session, 10, LEASE) == [payment_id]  # and never heard of again
    assert await world.attend_due() == []

    turn_clock(monkeypatch, LEASE)

    assert await world.attend_due() == [payment_id]
    assert await world.said() == ["opened", "paid"]


async def test_refunds_that_are_owed_are_counted_by_what_they_wait_for(world: World) -> None:
    others = [World(world.service, world.simulator, world.postbox, world.http) for _ in range(2)]
    for each, kind in zip(others, ("PG_PROVIDER", "INVALID_REQUEST"), strict=True):
        await each.paid()
        await each.ask_to_refund(1_000)
        await world.simulator.switch(refusals=1, refused_as=kind)
        await world.attend_due()
    await world.paid()
    await world.ask_to_refund(1_000)

    await count_open_refunds(world.service.database)

    waiting = {each.labels["waits_for"]: each.value for metric in OPEN.collect() for each in metric.samples}
    assert waiting == {"the provider": 1, "an account": 0, "another try": 1, "an administrator": 1}
