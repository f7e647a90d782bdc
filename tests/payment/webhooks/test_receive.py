"""Webhooks: verified, stored, acknowledged; each taken once; the forged change nothing."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY
from sqlmodel import func, select
from standardwebhooks import Webhook as Signer

from chassis import clock
from chassis.ids import uuid7
from subgraphs.payment.ledger.tables import PaymentStatus
from subgraphs.payment.settings import Settings
from subgraphs.payment.webhooks import http
from subgraphs.payment.webhooks.forget import forget_old_webhooks
from subgraphs.payment.webhooks.tables import Webhook
from tests.payment.world import Letter, World, turn_clock


def letter(
    world: World, body: object, *, age: timedelta = timedelta(0), secret: str = "", webhook_id: str = ""
) -> Letter:
    """A webhook as the provider would sign it, or with another secret, or long ago."""
    at, text = clock.now() - age, json.dumps(body)
    webhook_id = f"webhook-{uuid7()}"
    signer = Signer(secret or world.simulator.settings.webhook_secret_list[0])
    headers = {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signer.sign(webhook_id, at, text),
    }
    return Letter(headers, text.encode())


async def stored(world: World) -> int:
    async with world.service.database.reading() as session:
        return (await session.exec(select(func.count()).select_from(Webhook))).one()


def metric(outcome: str) -> float:
    return REGISTRY.get_sample_value("payment_webhooks_total", {"outcome": outcome}) or 0


async def test_a_webhook_that_comes_many_times_at_once_is_taken_once(world: World) -> None:
    payment_id = await world.open()
    await world.simulator.click(payment_id, "pay")
    paid = world.postbox.next("Transaction.Paid")

    answers = await asyncio.gather(*(world.deliver(paid) for _ in range(20)))

    assert {each.status_code for each in answers} == {200}
    assert await stored(world) == 1
    assert (await world.payment(payment_id)).wishes == 1
    assert [each.name for each in await world.history(payment_id)] == ["opened", "webhook Transaction.Paid"]
    await world.attend_due()
    assert await world.said() == ["opened", "paid"]


async def test_a_forged_webhook_changes_nothing(world: World) -> None:
    payment_id = await world.open()
    before = await world.payment(payment_id)
    said = {"type": "Transaction.Paid", "data": {"paymentId": str(payment_id)}}

    for forged in (
        letter(world, said, secret="whsec_c29tZWJvZHkgZWxzZSdzIHNlY3JldA=="),
        letter(world, said, age=timedelta(minutes=6)),
        Letter(letter(world, said).headers, b'{"type": "Transaction.Paid"}'),
    ):
        assert (await world.deliver(forged)).status_code == 401
    assert (await world.deliver(Letter({}, b"{}"))).status_code == 400

    assert await stored(world) == 0
    assert await world.payment(payment_id) == before
    assert await world.said() == ["opened"]


async def test_a_forged_webhook_asks_the_database_nothing(world: World) -> None:
    world.service.sql.clear()

    await world.deliver(letter(world, {}, secret="whsec_c29tZWJvZHkgZWxzZSdzIHNlY3JldA=="))

    assert world.service.sql == []


async def test_a_flood_of_forged_webhooks_costs_little_changes_nothing_and_keeps_no_real_one_out(world: World) -> None:
    payment_id = await world.open()
    before, secret = await world.payment(payment_id), "whsec_c29tZWJvZHkgZWxzZSdzIHNlY3JldA=="
    said = {"type": "Transaction.Paid", "data": {"paymentId": str(payment_id)}, "padding": "x" * 60_000}
    forged = [letter(world, said, secret=secret) for _ in range(150)]
    taken, refused = metric("taken"), metric("forged")
    world.service.sql.clear()

    started = time.process_time()
    answers = await asyncio.gather(*(world.deliver(each) for each in forged))
    cost = time.process_time() - started

    assert {each.status_code for each in answers} == {401}
    assert {each.content for each in answers} == {b""}
    assert world.service.sql == []
    assert await world.payment(payment_id) == before
    assert metric("forged") == refused + 150
    real = [letter(world, said) for _ in range(30)]
    started = time.process_time()
    accepted = await asyncio.gather(*(world.deliver(each) for each in real))
    assert {each.status_code for each in accepted} == {200}
    assert metric("taken") == taken + 30
    # Two forged ones cost no more than one that is stored; four times that is usual.
    assert cost / 150 < (time.process_time() - started) / 30 * 0.5


async def test_a_body_that_never_ends_is_not_waited_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "SECONDS", 0.05)
    never = asyncio.Event()

    async def dripping() -> AsyncIterator[bytes]:
        yield b"{"
        await never.wait()

    answer = await world.http.post("/webhooks/portone", content=dripping(), headers=letter(world, {}).headers)

    assert answer.status_code == 408
    assert await stored(world) == 0


async def test_old_webhooks_are_forgotten_and_what_they_led_to_is_not(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment_id = await world.open()
    await world.deliver(letter(world, {"type": "Transaction.Paid", "data": {"paymentId": str(payment_id)}}))
    settings = world.service.resources[Settings]

    turn_clock(monkeypatch, timedelta(days=89))
    await forget_old_webhooks(world.service.database, settings)
    assert await stored(world) == 1

    turn_clock(monkeypatch, timedelta(days=2))
    await forget_old_webhooks(world.service.database, settings)
    assert await stored(world) == 0
    assert [each.name for each in await world.history(payment_id)] == ["opened", "webhook Transaction.Paid"]


async def test_a_webhook_that_says_paid_is_not_believed_but_looked_into(world: World) -> None:
    payment_id = await world.open()
    await world.deliver(letter(world, {"type": "Transaction.Paid", "data": {"paymentId": str(payment_id)}}))

    assert await world.attend_due() == [payment_id]

    assert (await world.payment(payment_id)).status is PaymentStatus.READY
    assert await world.said() == ["opened"]


@pytest.mark.parametrize(
    "body",
    [
        {"type": "BillingKey.Issued", "data": {"billingKey": "b-1"}},
        {"type": "Transaction.SomethingNew", "data": {"paymentId": "not one of ours"}},
        {"type": "Transaction.Paid", "data": {"paymentId": str(uuid7())}},
        {"type": "Transaction.Paid", "data": {"paymentId": 7}},
        {"type": "Transaction.Paid", "data": []},
        {"type": "Transaction.Paid", "data": {"paymentId": "\0"}},
        {"type": "Transaction.\0", "data": {}},
        {"type": 7},
        {},
    ],
)
async def test_what_is_about_nothing_of_ours_is_acknowledged_and_ignored(world: World, body: object) -> None:
    payment_id = await world.open()
    before = await world.payment(payment_id)

    assert (await world.deliver(letter(world, body))).status_code == 200

    assert await stored(world) == 1
    assert await world.payment(payment_id) == before


async def test_a_type_we_do_not_know_about_a_payment_of_ours_is_a_reason_to_look(world: World) -> None:
    payment_id = await world.open()

    await world.deliver(letter(world, {"type": "Transaction.SomethingNew", "data": {"paymentId": str(payment_id)}}))

    assert await world.attend_due() == [payment_id]


async def test_a_body_that_is_no_webhook_is_not_read_to_its_end(world: World) -> None:
    huge = Letter(letter(world, {}).headers, b"x" * (64 * 1024 + 1))
    assert (await world.deliver(huge)).status_code == 413
    assert await stored(world) == 0
